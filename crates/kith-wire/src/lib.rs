//! kith-wire
