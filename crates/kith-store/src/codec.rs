//! How Rust values become SQLite values and back.

use kith_wire::Hlc;

use crate::error::StoreError;

/// A count or a time as SQLite's signed 64 bits. Values above `i64::MAX` (the year 292 million) become `i64::MAX`.
pub(crate) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn maybe_int(value: Option<u64>) -> Option<i64> {
    value.map(int)
}

const SIGN: u64 = 1 << 63;

/// Keeps the order of all 64 bits: a peer may send a clock reading whose top bit is set.
pub(crate) fn hlc_to_sql(hlc: Hlc) -> i64 {
    (hlc.to_u64() ^ SIGN).cast_signed()
}

pub(crate) fn hlc_from_sql(value: i64) -> Hlc {
    Hlc::from_u64(value.cast_unsigned() ^ SIGN)
}

pub(crate) fn unknown<T>(column: &'static str, code: i64) -> Result<T, StoreError> {
    Err(StoreError::UnknownCode { column, code })
}

/// Collects rows whose conversion may fail with an error of either kind.
pub(crate) fn collect<T>(
    mut rows: rusqlite::Rows<'_>,
    read: impl Fn(&rusqlite::Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(read(row)?);
    }
    Ok(out)
}

/// The first row, if there is one.
pub(crate) fn first<T>(
    mut rows: rusqlite::Rows<'_>,
    read: impl Fn(&rusqlite::Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    match rows.next()? {
        Some(row) => read(row).map(Some),
        None => Ok(None),
    }
}
