//! Just enough of `MessagePack` for the inspection protocol.

use serde_json::{Map, Value, json};

/// JSON as `MessagePack`. Numbers are all that a request has of them: whole, or 64-bit floats.
pub(crate) fn pack(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0xc0),
        Value::Bool(value) => out.push(0xc2 + u8::from(*value)),
        Value::Number(number) => match number.as_u64() {
            Some(whole) => {
                out.push(0xcf);
                out.extend(whole.to_be_bytes());
            }
            None => {
                out.push(0xcb);
                out.extend(number.as_f64().unwrap().to_be_bytes());
            }
        },
        Value::String(text) => {
            length(0xdb, text.len(), out);
            out.extend(text.as_bytes());
        }
        Value::Array(items) => {
            length(0xdd, items.len(), out);
            items.iter().for_each(|item| pack(item, out));
        }
        Value::Object(fields) => {
            length(0xdf, fields.len(), out);
            for (name, value) in fields {
                pack(&Value::from(name.as_str()), out);
                pack(value, out);
            }
        }
    }
}

fn length(kind: u8, length: usize, out: &mut Vec<u8>) {
    out.push(kind);
    out.extend(u32::try_from(length).unwrap().to_be_bytes());
}

/// The other way round; bytes become an array of numbers, and names of fields text.
pub(crate) fn unpack(from: &mut &[u8]) -> Value {
    let kind = take(from, 1)[0];
    match kind {
        0x00..=0x7f => json!(kind),
        0x80..=0x8f => map(from, usize::from(kind & 0x0f)),
        0x90..=0x9f => array(from, usize::from(kind & 0x0f)),
        0xa0..=0xbf => text(from, usize::from(kind & 0x1f)),
        0xc0 => Value::Null,
        0xc2 | 0xc3 => json!(kind == 0xc3),
        0xc4..=0xc6 => {
            let length = size(from, kind - 0xc4);
            json!(take(from, length))
        }
        0xca => json!(f32::from_be_bytes(take(from, 4).try_into().unwrap())),
        0xcb => json!(f64::from_be_bytes(take(from, 8).try_into().unwrap())),
        0xcc..=0xcf => json!(whole(from, 1 << (kind - 0xcc))),
        0xd0..=0xd3 => {
            let bits = 8 << (kind - 0xd0);
            let unsigned = whole(from, bits / 8).cast_signed();
            json!(unsigned << (64 - bits) >> (64 - bits))
        }
        0xd9..=0xdb => {
            let length = size(from, kind - 0xd9);
            text(from, length)
        }
        0xdc | 0xdd => {
            let length = size(from, kind - 0xdc + 1);
            array(from, length)
        }
        0xde | 0xdf => {
            let length = size(from, kind - 0xde + 1);
            map(from, length)
        }
        0xe0..=0xff => json!(kind.cast_signed()),
        other => panic!("a value of the kind {other:#x}"),
    }
}

fn take<'a>(from: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = from.split_at(length);
    *from = rest;
    taken
}

fn whole(from: &mut &[u8], bytes: usize) -> u64 {
    take(from, bytes).iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// A length of one, two or four bytes.
fn size(from: &mut &[u8], width: u8) -> usize {
    usize::try_from(whole(from, 1 << width)).unwrap()
}

fn text(from: &mut &[u8], length: usize) -> Value {
    json!(std::str::from_utf8(take(from, length)).unwrap())
}

fn array(from: &mut &[u8], length: usize) -> Value {
    (0..length).map(|_| unpack(from)).collect()
}

fn map(from: &mut &[u8], length: usize) -> Value {
    let field = |from: &mut &[u8]| {
        let name = unpack(from);
        (name.as_str().map_or_else(|| name.to_string(), str::to_owned), unpack(from))
    };
    Value::Object((0..length).map(|_| field(from)).collect::<Map<_, _>>())
}

#[test]
fn messages_survive() {
    let value = json!({ "a": [1, 2.5, "text", null, true, false], "b": { "c": u32::MAX } });
    let mut packed = Vec::new();
    pack(&value, &mut packed);
    assert_eq!(unpack(&mut packed.as_slice()), value);
    // -1, -200, 300, two bytes, a short list and a short text, as other writers have them.
    let others = [0x96, 0xff, 0xd1, 0xff, 0x38, 0xcd, 0x01, 0x2c, 0xc4, 2, 7, 8, 0x91, 5, 0xa2, b'o', b'k'];
    assert_eq!(unpack(&mut others.as_slice()), json!([-1, -200, 300, [7, 8], [5], "ok"]));
}
