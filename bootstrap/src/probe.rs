//! `kith-bootstrap probe`.

use std::process::ExitCode;

use futures::FutureExt;
use kith_net::server::probe::{ProbeError, ProbeReport, probe as ask};
use serde_json::json;

/// Of a node that was reached and offers something that does not work.
const FAILS: u8 = 2;

/// Probes a node and prints the result; exit code 1 if it cannot be reached, [`FAILS`] if a service it offers does not work.
pub(crate) async fn probe(address: &str, as_json: bool) -> anyhow::Result<ExitCode> {
    let try_iroh_relay = Box::new(|relay, key| crate::iroh_relay::try_relay(relay, key).boxed());
    match ask(address, try_iroh_relay).await {
        Ok(report) => {
            if as_json {
                println!("{}", to_json(&report));
            } else {
                print_lines(&report);
            }
            let fails = report.services.iter().any(|service| service.offered && !service.works);
            Ok(if fails { ExitCode::from(FAILS) } else { ExitCode::SUCCESS })
        }
        Err(error @ ProbeError::Unreachable { .. }) => {
            if as_json {
                println!("{}", json!({ "reachable": false, "error": error.to_string() }));
            }
            Err(error.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn to_json(report: &ProbeReport) -> serde_json::Value {
    let service = |service: &kith_net::server::probe::ServiceReport| {
        let result = json!({ "offered": service.offered, "works": service.works, "detail": service.detail, "after_ms": service.after_ms });
        (service.service.to_owned(), result)
    };
    let services: serde_json::Map<String, serde_json::Value> = report.services.iter().map(service).collect();
    json!({
        "reachable": true,
        "transport": report.transport.to_string(),
        "agent": report.agent,
        "connected_ms": report.connected_ms,
        "services": services,
    })
}

fn print_lines(report: &ProbeReport) {
    println!("connected in {} ms to {}", report.connected_ms, report.transport);
    for service in &report.services {
        let mark = match (service.offered, service.works) {
            (false, _) => "-    ",
            (true, true) => "works",
            (true, false) => "FAILS",
        };
        println!("{:<10} {mark}  {}", service.service, service.detail);
    }
}
