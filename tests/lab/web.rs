//! A network that lets nothing out but the web, and looks whether it is.

use anyhow::{Result, ensure};
use kith_tests::{
    lab::{Lab, Nat},
    people::befriend,
};

use super::{Public, folder, goes, lab, person};

#[tokio::test]
async fn where_only_tls_gets_through_people_talk_all_the_same() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::TlsOnly, Nat::TlsOnly))? else { return Ok(()) };
    let root = folder()?;
    // Plain TCP on a port that is let through, beside TLS on the other.
    let listen =
        ["udp/4100/quic-v1", "tcp/4100", "tcp/80", "tcp/443/tls/ws"].map(|rest| format!("/ip4/11.0.0.10/{rest}"));
    let listen = listen.each_ref().map(String::as_str);
    let public = Public::listening(root.path(), lab.at("pub1"), "one", &listen, "").await?;
    let link = public.link()?;
    let live = async |host: &str, name: &str| person(root.path(), lab.at(host), name, &[&link]).await;
    let (mut alice, mut bob) = tokio::try_join!(live("a1", "alice"), live("b1", "bob"))?;
    befriend(&mut alice, &mut bob, "from the office").await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    goes(&mut alice, &b, "relayed").await?;
    goes(&mut bob, &a, "relayed").await?;
    let said = alice.write(&b, "does it get through?").await?;
    alice.sees_state(&b, &said, "delivered").await?;
    let answer = bob.write(&a, "it does").await?;
    bob.sees_state(&a, &answer, "delivered").await?;
    let over = async |transport: &str| {
        public.counted(&format!("kith_connections{{direction=\"in\",transport=\"{transport}\"}}")).await
    };
    let seen = [over("quic").await?, over("tcp").await?, over("wss").await?];
    ensure!(seen[..2] == [0, 0] && seen[2] >= 2, "{seen:?}");
    Ok(())
}
