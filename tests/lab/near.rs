//! One home, and nobody else in the world.

use anyhow::Result;
use kith_tests::{
    lab::{Lab, Nat, Side},
    people::{Person, befriend},
    process::Home,
};

use super::{folder, goes, lab};

/// No public node, and after a while each where nobody knows them: only multicast DNS tells.
#[tokio::test]
async fn people_in_one_home_meet_without_a_public_node() -> Result<()> {
    let Some(lab) = lab(|| Lab::new(Nat::PortRestricted, Nat::PortRestricted))? else { return Ok(()) };
    let root = folder()?;
    let live =
        async |host: &str, name: &str| Person::at(Home::new(root.path(), name).on(lab.at(host)).looks_around()).await;
    let (mut alice, mut bob) = tokio::try_join!(live("a1", "alice"), live("a2", "bob"))?;
    befriend(&mut alice, &mut bob, "from the kitchen").await?;
    let (a, b) = (alice.account.clone(), bob.account.clone());
    goes(&mut alice, &b, "direct").await?;
    let said = alice.write(&b, "dinner?").await?;
    alice.sees_state(&b, &said, "delivered").await?;

    let (Person { home: hers, node, .. }, Person { home: his, node: other, .. }) = (alice, bob);
    node.kill().await?;
    other.kill().await?;
    // He gets the address that was hers.
    lab.roam("a1", Side::A)?;
    lab.unplug("a2")?;
    lab.plug("a2", Side::A)?;
    let (mut alice, mut bob) = tokio::try_join!(Person::at(hers), Person::at(his))?;
    for (from, to) in [(&mut alice, &b), (&mut bob, &a)] {
        goes(from, to, "direct").await?;
        let said = from.write(to, "I moved").await?;
        from.sees_state(to, &said, "delivered").await?;
    }
    Ok(())
}
