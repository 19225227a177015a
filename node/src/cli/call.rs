//! `kithd call METHOD [JSON]`.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{client::Place, text};

/// Calls a method of the node that runs on the profile in `folder`, and prints its result as JSON.
pub(crate) async fn run(folder: &Path, method: &str, params: Option<&str>) -> Result<()> {
    let params: Value = match params {
        Some(text) => serde_json::from_str(text).with_context(|| format!("the parameters are not JSON: {text}"))?,
        None => json!({}),
    };
    let mut client = Place::find(folder)?.connect().await?;
    let result = client.call(method, params).await;
    client.close().await;
    text::print(&serde_json::to_string_pretty(&result?)?)
}
