//! kith-api
