//! kith-crypto
