//! The records of a backup. Fields are only added; an older program skips what it does not know.

use prost::{Message, Oneof};

#[derive(Clone, PartialEq, Message)]
pub(super) struct RecordProto {
    #[prost(oneof = "Kind", tags = "1, 2, 3, 4")]
    pub(super) kind: Option<Kind>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Kind {
    #[prost(message, tag = "1")]
    Begin(BeginProto),
    #[prost(message, tag = "2")]
    Table(TableProto),
    #[prost(message, tag = "3")]
    Row(RowProto),
    #[prost(message, tag = "4")]
    End(EndProto),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct BeginProto {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) account: Vec<u8>,
    #[prost(bytes = "vec", optional, tag = "2")]
    pub(super) entropy: Option<Vec<u8>>,
    #[prost(uint64, tag = "3")]
    pub(super) created_at_ms: u64,
    #[prost(uint32, tag = "4")]
    pub(super) schema: u32,
    #[prost(uint64, tag = "5")]
    pub(super) rows: u64,
    #[prost(string, repeated, tag = "6")]
    pub(super) bootstraps: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TableProto {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, repeated, tag = "2")]
    pub(super) columns: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct RowProto {
    #[prost(message, repeated, tag = "1")]
    pub(super) values: Vec<ValueProto>,
}

/// Nothing set is NULL.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ValueProto {
    #[prost(oneof = "value::Value", tags = "1, 2, 3, 4")]
    pub(super) value: Option<value::Value>,
}

pub(super) mod value {
    use prost::Oneof;

    #[derive(Clone, PartialEq, Oneof)]
    pub(crate) enum Value {
        #[prost(sint64, tag = "1")]
        Integer(i64),
        #[prost(double, tag = "2")]
        Real(f64),
        #[prost(string, tag = "3")]
        Text(String),
        #[prost(bytes, tag = "4")]
        Blob(Vec<u8>),
    }
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct EndProto {
    #[prost(uint64, tag = "1")]
    pub(super) rows: u64,
}
