//! JSON-RPC 2.0: one request in, at most one answer out.

use kith_api::{ApiError, Command, ErrorCode, method_info, views::Scope};
use serde_json::{Value, json};

use super::{auth::Grant, server::Api};

/// The event subscription, which is about a connection and no command of the node.
pub(super) const SUBSCRIBE: &str = "events.subscribe";

/// A request, taken apart.
#[derive(Debug)]
pub(super) struct Request {
    /// Absent in a notification, which is not answered.
    pub(super) id: Option<Value>,
    pub(super) method: String,
    pub(super) params: Value,
}

/// Why something is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Malformed {
    Json,
    Request(&'static str),
    Params(&'static str),
}

/// Reads a request; the error is the answer to send.
pub(super) fn parse(bytes: &[u8]) -> Result<Request, Value> {
    read(bytes).map_err(|(id, malformed)| {
        let (number, message) = match malformed {
            Malformed::Json => (-32700, "this is not JSON"),
            Malformed::Request(why) => (-32600, why),
            Malformed::Params(why) => (-32602, why),
        };
        error_with_number(&id, number, &ApiError::new(ErrorCode::InvalidArgument, message))
    })
}

fn read(bytes: &[u8]) -> Result<Request, (Value, Malformed)> {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return Err((Value::Null, Malformed::Json)) };
    let Value::Object(mut fields) = value else {
        return Err((Value::Null, Malformed::Request("a request is one JSON object; batches are not served")));
    };
    let id = fields.remove("id");
    let told = id.clone().unwrap_or(Value::Null);
    if !matches!(id, None | Some(Value::Null | Value::Number(_) | Value::String(_))) {
        return Err((Value::Null, Malformed::Request("an id is a number or a string")));
    }
    if fields.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err((told, Malformed::Request("the field jsonrpc must be \"2.0\"")));
    }
    let Some(Value::String(method)) = fields.remove("method") else {
        return Err((told, Malformed::Request("the field method is missing")));
    };
    let params = fields.remove("params").unwrap_or(Value::Null);
    if !params.is_object() && !params.is_null() {
        return Err((told, Malformed::Params("params are an object")));
    }
    Ok(Request { id, method, params })
}

/// Runs a request.
pub(super) async fn run(api: &Api, grant: Grant, method: &str, params: Value) -> Result<Value, ApiError> {
    let command = Command::from_json(method, params)?;
    permit(api, grant, method, command.scope())?;
    api.shared().call(command).await?.to_json()
}

/// Refuses what the token does not cover.
pub(super) fn permit(api: &Api, grant: Grant, method: &str, scope: Scope) -> Result<(), ApiError> {
    if api.shared().tokens().allows(grant, scope) {
        return Ok(());
    }
    let needed = json!(scope);
    Err(ApiError::new(ErrorCode::Unauthorized, format!("this token may not call {method}"))
        .hint(format!("it needs the scope {}", needed.as_str().unwrap_or_default())))
}

/// The answer to a request; none to a notification.
pub(super) fn answer(id: Option<Value>, result: Result<Value, ApiError>) -> Option<Value> {
    let id = id?;
    Some(match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => error_answer(&id, &error),
    })
}

/// An answer that is an error.
pub(super) fn error_answer(id: &Value, error: &ApiError) -> Value {
    error_with_number(id, error.code.json_rpc(), error)
}

fn error_with_number(id: &Value, number: i32, error: &ApiError) -> Value {
    json!({
        "jsonrpc": "2.0",
        "id": id,
        "error": {
            "code": number,
            "message": error.message,
            "data": { "code": error.code, "hint": error.hint },
        },
    })
}

/// What a method that only works on a WebSocket is answered over HTTP.
pub(super) fn only_on_socket(method: &str) -> Option<ApiError> {
    (method == SUBSCRIBE && method_info(method).is_none()).then(|| {
        ApiError::new(ErrorCode::Unsupported, format!("{SUBSCRIBE} needs a connection that stays open"))
            .hint("connect a WebSocket to /v1/ws")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(bytes: &[u8]) -> i64 {
        parse(bytes).unwrap_err()["error"]["code"].as_i64().unwrap()
    }

    #[test]
    fn requests_are_read_and_what_is_none_is_named() {
        let request = parse(br#"{"jsonrpc":"2.0","id":"a","method":"x.y","params":{"z":1}}"#).unwrap();
        assert_eq!((request.id, request.method.as_str()), (Some(json!("a")), "x.y"));
        assert_eq!(request.params, json!({ "z": 1 }));
        assert!(parse(br#"{"jsonrpc":"2.0","method":"x.y"}"#).unwrap().id.is_none());
        assert_eq!(number(b"{"), -32700);
        assert_eq!(number(b"[]"), -32600);
        assert_eq!(number(br#"{"id":1,"method":"x"}"#), -32600);
        assert_eq!(number(br#"{"jsonrpc":"2.0","id":1}"#), -32600);
        assert_eq!(number(br#"{"jsonrpc":"2.0","id":1,"method":"x","params":[1]}"#), -32602);
        assert_eq!(number(br#"{"jsonrpc":"2.0","id":{},"method":"x"}"#), -32600);
        let answer = parse(br#"{"jsonrpc":"2.0","id":7}"#).unwrap_err();
        assert_eq!(answer["id"], 7);
        assert_eq!(answer["error"]["data"]["code"], "invalid_argument");
    }

    #[test]
    fn answers_carry_the_id_and_errors_the_word_and_the_hint() {
        assert_eq!(answer(Some(json!(1)), Ok(json!({}))), Some(json!({ "jsonrpc": "2.0", "id": 1, "result": {} })));
        assert_eq!(answer(None, Ok(json!({}))), None);
        let error = ApiError::new(ErrorCode::UsedLink, "used").hint("ask for another");
        let answer = answer(Some(json!("q")), Err(error)).unwrap();
        assert_eq!(answer["error"]["code"], -32000);
        assert_eq!(answer["error"]["data"], json!({ "code": "used_link", "hint": "ask for another" }));
    }
}
