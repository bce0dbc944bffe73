//! What must hold.

use std::collections::{BTreeMap, BTreeSet};

use latchkey_client::stage::SyncState;
use latchkey_client::sync::{Engine, ItemState};
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sync::{Edit, Record, first_revision};
use uuid::Uuid;

use super::device::{DeviceId, Fate};
use super::server::{FieldName, Written};
use super::world::World;

/// After each step of a device: its memory is its store, and nothing that its person gave is hidden by something older.
pub fn device(world: &World, id: DeviceId) -> Result<(), String> {
    let device = &world.devices[id];
    let (Some(engine), Some(store)) = (&device.engine, &device.store) else {
        return Ok(());
    };
    let memory: Vec<_> = engine.outbox().iter().collect();
    if memory != store.outbox.values().collect::<Vec<_>>() {
        return Err(format!(
            "device {id}: the outbox in memory {memory:?} is not the stored one {:?}",
            store.outbox
        ));
    }
    let mut fields = BTreeSet::new();
    for item in store.outbox.values() {
        if item.fields.is_empty() {
            return Err(format!("device {id}: an item without fields"));
        }
        let waits = matches!(item.state, ItemState::Waiting { .. });
        let sends = matches!(item.state, ItemState::Sending { .. });
        if (waits || sends) && !fields.insert((item.collection, item.id.clone(), waits)) {
            return Err(format!(
                "device {id}: two items wait or are sent for one record: {:?}",
                store.outbox
            ));
        }
    }
    for item in store.outbox.values() {
        if let ItemState::Conflict { theirs } = &item.state
            && theirs.stamp.by_session_id == Some(SessionId(device.session))
            && !device.lost_items
        {
            return Err(format!(
                "device {id}: its person is asked to choose between two own values: {item:?}"
            ));
        }
    }
    for (name, wish) in &device.wishes {
        if wish.fate != Fate::Open || !world.unique.contains(&wish.value) || world.restored {
            continue;
        }
        let Some(shown) = device.shown(name) else {
            continue;
        };
        if shown == wish.value {
            continue;
        }
        let history = history(world, name);
        let applied = history
            .iter()
            .rev()
            .find(|written| written.value == wish.value);
        let newer = applied.is_some_and(|applied| {
            history
                .iter()
                .any(|written| written.value == shown && written.revision > applied.revision)
        });
        if !newer {
            return Err(format!(
                "device {id}: its person gave {name:?} the value {}, and {shown} is shown",
                wish.value
            ));
        }
    }
    Ok(())
}

fn history<'a>(world: &'a World, name: &FieldName) -> &'a [Written] {
    world.server.history.get(name).map_or(&[], Vec::as_slice)
}

/// Before an edit leaves a device: the store knows that it may have been sent, with this key and this body; and a key
/// never had another body.
pub fn may_be_sent(world: &World, id: DeviceId, key: Uuid, edit: &Edit) -> Result<(), String> {
    let stored = world.devices[id].store.as_ref().and_then(|store| {
        store
            .outbox
            .values()
            .find(|item| item.state == ItemState::Sending { key })
    });
    let Some(stored) = stored else {
        return Err(format!("device {id} sends {key} without having noted so"));
    };
    let same = stored.collection == edit.collection
        && stored.id == edit.id
        && stored.fields.len() == edit.fields.len()
        && stored.fields.iter().all(|(field, local)| {
            edit.fields.get(field).is_some_and(|sent| {
                sent.value == local.value && sent.base_revision == local.base_revision
            })
        });
    if !same {
        return Err(format!(
            "device {id} sends {edit:?} and has noted {stored:?}"
        ));
    }
    match world.bodies.get(&key) {
        Some(earlier) if earlier != edit => {
            Err(format!("device {id} sends {key} with another body"))
        }
        _ => Ok(()),
    }
}

/// When an edit sets a field: its person has seen what it held, unless it was their own.
pub fn overwritten(
    world: &World,
    by: DeviceId,
    name: &FieldName,
    before: &Written,
) -> Result<(), String> {
    let device = &world.devices[by];
    let seen = device
        .seen
        .get(name)
        .is_some_and(|seen| seen.contains(&before.value));
    // What came back with a backup is older than what they saw.
    let came_back = world.restored && before.revision < first_revision(world.server.epoch);
    if before.by == Some(by) || seen || came_back {
        return Ok(());
    }
    Err(format!(
        "device {by} overwrote {name:?} = {before:?}, which its person never saw"
    ))
}

/// Once all is calm: no change is lost or doubled, and whoever is out holds nothing.
pub fn settled(world: &World) -> Result<(), String> {
    same_records(world)?;
    nothing_lost(world)?;
    nothing_doubled(world)
}

/// Every value that somebody counts on is, or was, the server's.
pub fn nothing_lost(world: &World) -> Result<(), String> {
    for (id, device) in world.devices.iter().enumerate() {
        if device.store.is_none() {
            continue;
        }
        for (name, wish) in &device.wishes {
            if wish.fate == Fate::Open
                && !history(world, name)
                    .iter()
                    .any(|written| written.value == wish.value)
            {
                return Err(format!("device {id}: {name:?} = {} is lost", wish.value));
            }
        }
    }
    Ok(())
}

fn nothing_doubled(world: &World) -> Result<(), String> {
    for (name, history) in &world.server.history {
        let mut values: BTreeMap<&str, u32> = BTreeMap::new();
        for written in history {
            *values.entry(&written.value).or_default() += 1;
        }
        for (value, times) in values {
            if times > 1 && world.unique.contains(value) {
                return Err(format!("{name:?} became {value} {times} times"));
            }
        }
    }
    Ok(())
}

/// Once all is calm: every device that is signed in is up to date and holds exactly what the server holds.
pub fn same_records(world: &World) -> Result<(), String> {
    agreed(world, SyncState::UpToDate)
}

/// Every device that is signed in says `state` and holds exactly what the server holds.
pub fn agreed(world: &World, state: SyncState) -> Result<(), String> {
    let served: BTreeMap<&(String, String), &Record> = world
        .server
        .records
        .iter()
        .filter(|(_, record)| record.body.is_some())
        .collect();
    for (id, device) in world.devices.iter().enumerate() {
        let Some(store) = &device.store else {
            if world.server.sessions[id].ended.is_none() {
                return Err(format!("device {id} destroyed itself unasked"));
            }
            continue;
        };
        if world.server.sessions[id].ended.is_some() {
            return Err(format!(
                "device {id} is signed out and still holds its data"
            ));
        }
        let held: BTreeMap<_, _> = store.records.iter().collect();
        if held != served {
            return Err(format!(
                "device {id} holds {held:?}\nand the server {served:?}"
            ));
        }
        if !store.outbox.is_empty() {
            return Err(format!("device {id} still has {:?}", store.outbox));
        }
        let status = device.engine.as_ref().map(Engine::status);
        if status.as_ref().is_none_or(|status| status.state != state) {
            return Err(format!("device {id} does not say {state:?}: {status:?}"));
        }
    }
    Ok(())
}
