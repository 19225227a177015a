//! The status page of a public node in a real browser.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result, ensure};
use kith_tests::{
    people::Person,
    process::{Bootstrap, BootstrapHome},
};
use tokio::{process::Command, time::timeout};

const BROWSER_LIMIT: Duration = Duration::from_secs(120);

/// The page as it is after its script has run; `None` where there is no browser.
async fn seen(root: &Path, bootstrap: &Bootstrap) -> Result<Option<String>> {
    let url = bootstrap.ready()["http"].as_str().context("an http address")?;
    let mut browser = Command::new("chromium");
    browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
    browser.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    browser.arg(format!("--user-data-dir={}", root.join("browser").display()));
    browser.args(["--virtual-time-budget=4000", "--dump-dom", url]).stdin(Stdio::null()).kill_on_drop(true);
    let output = match timeout(BROWSER_LIMIT, browser.output()).await.context("the browser did not end")? {
        Ok(output) => output,
        Err(error) => {
            ensure!(std::env::var_os("KITH_CI").is_none(), "no chromium: {error}");
            eprintln!("there is no chromium, nothing was checked: {error}");
            return Ok(None);
        }
    };
    let page = String::from_utf8(output.stdout)?;
    ensure!(page.contains("data-drawn"), "the script did not run: {page}{}", String::from_utf8_lossy(&output.stderr));
    Ok(Some(page))
}

/// What stands in the element with this id, up to the next one.
fn part<'a>(page: &'a str, id: &str) -> &'a str {
    let from = page.split_once(&format!("id=\"{id}\"")).map_or("", |(_, rest)| rest);
    from.split_once("</figure>").map_or(from, |(part, _)| part)
}

#[tokio::test]
async fn the_page_shows_what_happens_and_keeps_secrets() -> Result<()> {
    let root = tempfile::tempdir()?;
    let home = BootstrapHome::init(root.path()).await?;
    let token = "c".repeat(32);
    let notice = "Closed <script>alert(1)</script> on Sunday";
    home.configure(&format!(
        "notice = \"{notice}\"\n[access]\nprivate = true\ntokens = [\"{token}\"]\n[mailbox]\non = true\n[media]\nstun = true\n"
    ))?;
    let bootstrap = home.start().await?;
    let mut alice = Person::new(root.path(), "alice", &["--bootstrap", &home.address().await?]).await?;
    alice.is_online().await?;
    let Some(page) = seen(root.path(), &bootstrap).await? else { return Ok(()) };
    ensure!(page.contains("Healthy, and offered to others"), "{page}");
    for id in ["peers", "traffic", "relayed-bytes", "reservations", "relayed", "denials", "mail", "memory"] {
        let plot = part(&page, &format!("plot-{id}"));
        ensure!(plot.contains("<path d=\"M0.0 "), "no line in {id}: {plot}");
    }
    ensure!(part(&page, "plot-relayed-bytes").contains("Bytes relayed (calls, iroh)"), "{page}");
    ensure!(part(&page, "circuits").contains("Circuits are counted in number"), "{page}");
    // Alice, and perhaps somebody whom nothing tells to be Alice, with her mail.
    ensure!(!part(&page, "plot-peers").contains("<b>0</b>"), "{}", part(&page, "plot-peers"));
    ensure!(
        part(&page, "facts").contains(&bootstrap.peer())
            && part(&page, "facts").contains("mailbox, stun, iroh_relay, private")
    );
    ensure!(part(&page, "facts").contains("&lt;script&gt;"), "the notice is text, not markup");
    let secret = home.address().await?;
    ensure!(!page.contains(&token) && !page.contains(&secret), "the token is on the page");
    ensure!(!page.contains(&alice.node.account()), "somebody is named");
    Ok(())
}
