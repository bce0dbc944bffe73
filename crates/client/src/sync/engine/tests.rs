use latchkey_protocol::problem::{FieldCode, FieldProblem};
use latchkey_protocol::sessions::{EndedNotice, EndedReason};
use latchkey_protocol::sync::{
    Edit, EditOutcome, FieldConflict, FieldStamp, Head, Record, SyncPage,
};
use proptest::prelude::*;
use serde_json::json;

use super::super::messages::EditedField;
use super::super::outbox::{ItemState, OutboxItem};
use super::super::overlay::overlay;
use super::begin::GREETING;
use super::*;
use crate::stage::{ParkedReason, SyncState};

const NOW: Timestamp = Timestamp(1_000_000);
const ID: &str = "record";

fn key(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn session() -> SessionId {
    SessionId(key(99))
}

fn loaded(cursor: u64, outbox: Vec<OutboxItem>) -> Loaded {
    let position = Position {
        cursor,
        revision: cursor,
        epoch: 1,
        ..Position::default()
    };
    Loaded {
        session_id: session(),
        position,
        outbox,
        damaged: false,
    }
}

/// Connected, and as current as the stream says.
fn connected(cursor: u64) -> Engine {
    let mut engine = Engine::new(loaded(cursor, Vec::new()));
    engine.step(Event::Started { jitter: 0 }, NOW);
    engine.step(Event::StreamOpened, NOW);
    engine.step(Event::Stream(StreamEvent::Revision(cursor)), NOW);
    engine
}

fn edited(fields: &[(&str, &str, u64)], number: u128) -> Event {
    let fields = fields
        .iter()
        .map(|(field, value, base_revision)| {
            let value = (*value).to_owned();
            let base_revision = *base_revision;
            let edited = EditedField {
                value,
                base_revision,
            };
            ((*field).to_owned(), edited)
        })
        .collect();
    Event::Edited {
        collection: Collection::Profile,
        id: ID.into(),
        fields,
        key: key(number),
    }
}

fn sent(effects: &[Effect]) -> Option<(Uuid, Edit)> {
    effects.iter().find_map(|effect| match effect {
        Effect::SendEdit { key, edit } => Some((*key, edit.clone())),
        _ => None,
    })
}

fn accepted(number: u128, revision: u64) -> Event {
    let outcome = EditOutcome {
        revision,
        conflicts: Vec::new(),
        head: Head(format!("1.{revision}")),
    };
    Event::EditSent {
        key: key(number),
        outcome,
    }
}

fn conflicted(number: u128, value: &str, revision: u64) -> Event {
    let stamp = FieldStamp {
        revision,
        ..FieldStamp::default()
    };
    let theirs = FieldConflict {
        field: "display_name".into(),
        value: value.into(),
        stamp,
    };
    let outcome = EditOutcome {
        revision,
        conflicts: vec![theirs],
        head: Head(format!("1.{revision}")),
    };
    Event::EditSent {
        key: key(number),
        outcome,
    }
}

fn profile(revision: u64, name: &str) -> Record {
    let body = json!({
        "display_name": name,
        "stamps": {"display_name": {"revision": revision, "at": 0, "by_session_id": null, "by_device_name": null}},
    });
    Record {
        collection: "profile".into(),
        id: ID.into(),
        revision,
        body: Some(body),
    }
}

fn page(records: Vec<Record>, next: u64, revision: u64) -> SyncPage {
    SyncPage {
        records,
        next,
        revision,
        epoch: 1,
        head: Head(format!("1.{next}")),
    }
}

fn fetching(effects: &[Effect]) -> Option<(u64, u64)> {
    effects.iter().find_map(|effect| match effect {
        Effect::FetchPage { request, after } => Some((*request, *after)),
        _ => None,
    })
}

fn timer_of(effects: &[Effect], of: Way) -> Option<(u64, u64)> {
    effects.iter().find_map(|effect| match effect {
        Effect::SetTimer { way, timer, after } if *way == of => Some((*timer, *after)),
        _ => None,
    })
}

fn fired(way: Way, timer: u64) -> Event {
    let jitter = 0;
    Event::TimerFired { way, timer, jitter }
}

fn states(engine: &Engine) -> Vec<ItemState> {
    engine
        .outbox()
        .iter()
        .map(|item| item.state.clone())
        .collect()
}

#[test]
fn an_edit_is_noted_as_perhaps_sent_before_it_is_sent() {
    let mut engine = connected(5);
    let effects = engine.step(edited(&[("display_name", " Ann ", 3)], 1), NOW);
    let Effect::Persist(writes) = &effects[0] else {
        panic!("{effects:?}")
    };
    let [Write::PutOutboxItem(item)] = &writes[..] else {
        panic!("{writes:?}")
    };
    assert_eq!(item.state, ItemState::Sending { key: key(1) });
    let (with, edit) = sent(&effects).unwrap();
    assert_eq!(with, key(1));
    assert_eq!(edit.fields["display_name"].value, "Ann");
    assert_eq!(edit.fields["display_name"].base_revision, 3);
}

#[test]
fn after_a_crash_the_same_edit_goes_with_the_same_key() {
    let mut engine = connected(5);
    let (_, first) = sent(&engine.step(edited(&[("display_name", "Ann", 3)], 1), NOW)).unwrap();
    engine.step(edited(&[("display_name", "Anna", 3)], 2), NOW);
    let items = engine.outbox().iter().cloned().collect();
    let mut engine = Engine::new(loaded(5, items));
    engine.step(Event::Started { jitter: 0 }, NOW);
    let again = sent(&engine.step(Event::StreamOpened, NOW)).unwrap();
    assert_eq!(again, (key(1), first));
    let (next, edit) = sent(&engine.step(accepted(1, 6), NOW)).unwrap();
    assert_eq!(next, key(2));
    assert_eq!(edit.fields["display_name"].base_revision, 6, "rebased");
}

#[test]
fn edits_made_offline_join_and_keep_the_base_that_was_seen() {
    let mut engine = Engine::new(loaded(5, Vec::new()));
    engine.step(edited(&[("display_name", "A", 3)], 1), NOW);
    engine.step(edited(&[("display_name", "B", 5)], 2), NOW);
    engine.step(edited(&[("time_zone", "UTC", 4)], 3), NOW);
    assert_eq!(engine.outbox().iter().count(), 1);
    assert_eq!(engine.status().waiting_changes, 2);
    engine.step(Event::Started { jitter: 0 }, NOW);
    let (with, edit) = sent(&engine.step(Event::StreamOpened, NOW)).unwrap();
    assert_eq!(with, key(1));
    assert_eq!(edit.fields["display_name"].value, "B");
    assert_eq!(edit.fields["display_name"].base_revision, 3);
}

#[test]
fn only_the_fields_that_were_acknowledged_are_rebased() {
    let mut engine = connected(5);
    engine.step(edited(&[("display_name", "A", 3)], 1), NOW);
    engine.step(
        edited(&[("display_name", "B", 3), ("language", "de", 2)], 2),
        NOW,
    );
    let (_, edit) = sent(&engine.step(accepted(1, 9), NOW)).unwrap();
    assert_eq!(edit.fields["display_name"].base_revision, 9);
    assert_eq!(edit.fields["language"].base_revision, 2);
}

#[test]
fn in_a_conflict_the_newest_value_is_mine_and_the_choice_counts() {
    let mut engine = connected(5);
    engine.step(edited(&[("display_name", "A", 3)], 1), NOW);
    engine.step(edited(&[("display_name", "B", 3)], 2), NOW);
    let effects = engine.step(conflicted(1, "Other", 7), NOW);
    assert_eq!(sent(&effects), None);
    assert_eq!(engine.status().state, SyncState::NeedsAnswer);
    let item = engine.outbox().iter().next().unwrap();
    assert_eq!(item.fields["display_name"].value, "B");
    let answer = |keep_mine| Event::ConflictAnswered {
        collection: Collection::Profile,
        id: ID.into(),
        field: "display_name".into(),
        keep_mine,
        key: key(3),
    };
    let (with, edit) = sent(&engine.step(answer(true), NOW)).unwrap();
    assert_eq!(with, key(3));
    assert_eq!(edit.fields["display_name"].value, "B");
    assert_eq!(edit.fields["display_name"].base_revision, 7);
    engine.step(conflicted(3, "Third", 8), NOW);
    assert_eq!(sent(&engine.step(answer(false), NOW)), None);
    assert_eq!(states(&engine), []);
}

#[test]
fn a_conflict_follows_the_server_and_settles_when_both_agree() {
    let mut engine = connected(5);
    engine.step(edited(&[("display_name", "A", 3)], 1), NOW);
    let (request, after) = fetching(&engine.step(conflicted(1, "B", 7), NOW)).unwrap();
    assert_eq!(after, 5);
    let arrived = page(vec![profile(8, "C")], 8, 8);
    engine.step(
        Event::PageFetched {
            request,
            page: arrived,
        },
        NOW,
    );
    let states = states(&engine);
    let [ItemState::Conflict { theirs }] = &states[..] else {
        panic!("{states:?}")
    };
    assert_eq!((theirs.value.as_str(), theirs.stamp.revision), ("C", 8));
    let heard = engine.step(Event::Stream(StreamEvent::Revision(9)), NOW);
    let (request, _) = fetching(&heard).unwrap();
    let arrived = page(vec![profile(9, "A")], 9, 9);
    engine.step(
        Event::PageFetched {
            request,
            page: arrived,
        },
        NOW,
    );
    assert_eq!(engine.outbox().iter().count(), 0);
    assert_eq!(engine.status().state, SyncState::UpToDate);
}

#[test]
fn an_acknowledged_value_is_shown_until_its_record_arrives() {
    let mut engine = connected(5);
    engine.step(edited(&[("display_name", "A", 5)], 1), NOW);
    let (request, _) = fetching(&engine.step(accepted(1, 6), NOW)).unwrap();
    let body = profile(5, "Old").body.unwrap();
    let shown = overlay(Collection::Profile, ID, &body, engine.outbox().iter());
    assert_eq!(shown.body["display_name"], "A");
    assert!(shown.waiting_fields.is_empty());
    let arrived = page(vec![profile(6, "A")], 6, 6);
    engine.step(
        Event::PageFetched {
            request,
            page: arrived,
        },
        NOW,
    );
    assert_eq!(engine.outbox().iter().count(), 0);
}

#[test]
fn a_refused_field_stays_with_its_reason_and_the_others_go_again() {
    let mut engine = connected(5);
    engine.step(
        edited(&[("display_name", "A", 3), ("time_zone", "?", 3)], 1),
        NOW,
    );
    let problem = FieldProblem::new("time_zone", FieldCode::NotAChoice);
    let failed = Event::EditFailed {
        key: key(1),
        failure: EditFailure::InvalidFields(vec![problem]),
        fresh_key: key(2),
    };
    let (with, edit) = sent(&engine.step(failed, NOW)).unwrap();
    assert_eq!(with, key(2));
    assert_eq!(edit.fields.keys().collect::<Vec<_>>(), ["display_name"]);
    let body = json!({"display_name": "x", "time_zone": "UTC"});
    let shown = overlay(Collection::Profile, ID, &body, engine.outbox().iter());
    assert_eq!(shown.refused[0].value, "?");
    assert_eq!(engine.status().state, SyncState::NeedsAnswer);
}

#[test]
fn stale_repeated_and_senseless_pages_change_nothing() {
    let mut engine = connected(5);
    let heard = engine.step(Event::Stream(StreamEvent::Revision(8)), NOW);
    let (request, _) = fetching(&heard).unwrap();
    let stale = Event::PageFetched {
        request: request + 1,
        page: page(vec![profile(3, "Old")], 8, 8),
    };
    assert_eq!(engine.step(stale, NOW), []);
    let good = || Event::PageFetched {
        request,
        page: page(vec![profile(8, "New")], 8, 8),
    };
    engine.step(good(), NOW);
    assert_eq!(engine.step(good(), NOW), []);
    for senseless in [
        page(vec![], 8, 12),
        page(vec![profile(7, "Old")], 9, 9),
        page(vec![profile(11, "New")], 10, 10),
        page(vec![], 20, 10),
        // What a server says that is behind what it said before, or that knows nothing.
        page(vec![], 3, 3),
        page(vec![], 0, 0),
        SyncPage {
            epoch: 0,
            ..page(vec![profile(9, "New")], 9, 9)
        },
    ] {
        let mut engine = connected(8);
        let heard = engine.step(Event::Stream(StreamEvent::Revision(9)), NOW);
        let (request, _) = fetching(&heard).unwrap();
        let page = Event::PageFetched {
            request,
            page: senseless,
        };
        let effects = engine.step(page, NOW);
        let harmless =
            |effect: &Effect| matches!(effect, Effect::SetTimer { .. } | Effect::Announce(_));
        assert!(effects.iter().all(harmless), "{effects:?}");
        assert_eq!(engine.status().state, SyncState::ServerTrouble);
    }
}

#[test]
fn a_restored_server_is_read_from_the_beginning_and_the_outbox_kept() {
    let mut engine = connected(50);
    let restored = |records| SyncPage {
        epoch: 2,
        ..page(records, 30, 30)
    };
    let heard = engine.step(Event::SyncNow, NOW);
    let (request, _) = fetching(&heard).unwrap();
    engine.step(edited(&[("display_name", "A", 40)], 1), NOW);
    let effects = engine.step(
        Event::PageFetched {
            request,
            page: restored(vec![]),
        },
        NOW,
    );
    let (request, after) = fetching(&effects).unwrap();
    assert_eq!(after, 0);
    assert_eq!(engine.status().waiting_changes, 1);
    let effects = engine.step(
        Event::PageFetched {
            request,
            page: restored(vec![profile(30, "Old")]),
        },
        NOW,
    );
    let Effect::Persist(writes) = &effects[0] else {
        panic!("{effects:?}")
    };
    assert_eq!(writes[0], Write::ForgetAllRecords);
}

#[test]
fn a_new_epoch_is_noticed_although_its_revisions_have_overtaken() {
    let mut engine = connected(50);
    let (request, _) = fetching(&engine.step(Event::SyncNow, NOW)).unwrap();
    let page = SyncPage {
        epoch: 2,
        ..page(vec![profile(60, "New")], 60, 60)
    };
    let effects = engine.step(Event::PageFetched { request, page }, NOW);
    assert_eq!(fetching(&effects).map(|(_, after)| after), Some(0));
}

#[test]
fn what_is_no_proven_ending_keeps_everything() {
    let restored = EndedNotice {
        session_id: session(),
        at: NOW,
        reason: EndedReason::ServerRestored,
        by_session_id: None,
        by_device_name: None,
    };
    for (over, reason) in [
        (SessionOver::Unknown, ParkedReason::SessionUnknown),
        (SessionOver::Ended(restored), ParkedReason::ServerRestored),
    ] {
        let mut engine = connected(5);
        engine.step(edited(&[("display_name", "A", 3)], 1), NOW);
        let park = Effect::Park {
            reason,
            waiting_changes: 1,
        };
        assert_eq!(engine.step(Event::StreamRefused(over), NOW), [park]);
        assert!(engine.over());
        assert_eq!(engine.step(Event::SyncNow, NOW), []);
    }
}

#[test]
fn an_ending_is_obeyed_at_once_and_for_ever_unless_it_is_another_s() {
    let notice = |session_id| EndedNotice {
        session_id,
        at: NOW,
        reason: EndedReason::EndedByDevice,
        by_session_id: None,
        by_device_name: None,
    };
    let mut engine = connected(5);
    engine.step(edited(&[("display_name", "A", 3)], 1), NOW);
    let foreign = Event::Stream(StreamEvent::Ended(notice(SessionId(key(7)))));
    engine.step(foreign, NOW);
    assert!(!engine.over());
    let own = notice(session());
    let effects = engine.step(Event::Stream(StreamEvent::Ended(own.clone())), NOW);
    let destroy = Effect::Destroy {
        ended: own,
        lost_changes: 1,
    };
    assert_eq!(effects, [destroy]);
    assert!(engine.over());
    assert_eq!(engine.step(accepted(1, 9), NOW), []);
    assert_eq!(engine.step(Event::SyncNow, NOW), []);
}

#[test]
fn patience_asked_for_is_given_unless_the_person_asks() {
    let mut engine = connected(5);
    let heard = engine.step(Event::SyncNow, NOW);
    let (request, _) = fetching(&heard).unwrap();
    let busy = Trouble::Busy {
        retry_after_seconds: 90,
    };
    let failure = PageFailure::Trouble(busy);
    let effects = engine.step(Event::PageFailed { request, failure }, NOW);
    let (timer, after) = timer_of(&effects, Way::Requests).unwrap();
    assert!(after >= 90_000_000);
    assert_eq!(fetching(&engine.step(Event::SyncNow, NOW)), None);
    let fired = engine.step(fired(Way::Requests, timer), NOW);
    assert!(fetching(&fired).is_some());
    let mut engine = connected(5);
    let (request, _) = fetching(&engine.step(Event::SyncNow, NOW)).unwrap();
    let failure = PageFailure::Trouble(busy);
    engine.step(Event::PageFailed { request, failure }, NOW);
    assert!(fetching(&engine.step(Event::TryNow, NOW)).is_some());
}

#[test]
fn without_a_network_it_is_tried_again_and_said() {
    let mut engine = connected(5);
    let effects = engine.step(Event::StreamLost(Trouble::Unreachable), NOW);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::SetTimer { .. }))
    );
    assert_eq!(engine.status().state, SyncState::Offline);
    assert_eq!(engine.status().current_at, Some(NOW));
    let effects = engine.step(Event::SyncNow, NOW);
    assert!(effects.contains(&Effect::OpenStream));
}

#[test]
fn a_refused_value_waits_for_nobody_and_gives_way_when_it_is_given_up() {
    let mut engine = connected(5);
    engine.step(edited(&[("display_name", "A", 3)], 1), NOW);
    let problem = FieldProblem::new("display_name", FieldCode::TooShort);
    let refused = |number| Event::EditFailed {
        key: key(number),
        failure: EditFailure::InvalidFields(vec![problem.clone()]),
        fresh_key: key(9),
    };
    engine.step(refused(1), NOW);
    let status = engine.status();
    assert_eq!((status.waiting_changes, status.refused), (0, 1));
    // Another value takes its place, and is refused as well.
    let (with, edit) = sent(&engine.step(edited(&[("display_name", "B", 5)], 2), NOW)).unwrap();
    assert_eq!(with, key(2));
    assert_eq!(
        edit.fields["display_name"].base_revision, 3,
        "what was seen"
    );
    assert_eq!(engine.status().refused, 0);
    engine.step(refused(2), NOW);
    let dismissed = Event::RefusalDismissed {
        collection: Collection::Profile,
        id: ID.into(),
        field: "display_name".into(),
    };
    engine.step(dismissed, NOW);
    assert_eq!(engine.outbox().iter().count(), 0);
    assert_eq!(engine.status().state, SyncState::UpToDate);
}

#[test]
fn a_stream_that_says_nothing_is_not_waited_for() {
    let mut engine = Engine::new(loaded(5, Vec::new()));
    let effects = engine.step(Event::Started { jitter: 0 }, NOW);
    assert!(effects.contains(&Effect::OpenStream));
    let (look, after) = timer_of(&effects, Way::Stream).unwrap();
    assert_eq!(after, GREETING);
    engine.step(edited(&[("display_name", "A", 3)], 1), NOW);
    let effects = engine.step(fired(Way::Stream, look), NOW);
    assert!(sent(&effects).is_some(), "what waits is sent: {effects:?}");
    engine.step(accepted(1, 6), NOW);
    engine.step(
        Event::PageFetched {
            request: engine.requests,
            page: page(vec![profile(6, "A")], 6, 6),
        },
        NOW,
    );
    assert_eq!(engine.status().state, SyncState::Polling);
    assert_eq!(engine.status().current_at, Some(NOW));
}

#[test]
fn without_a_stream_the_server_is_asked_ever_more_rarely_until_it_has_news() {
    let mut engine = connected(5);
    let effects = engine.step(Event::StreamLost(Trouble::Fault), NOW);
    assert_eq!(engine.status().state, SyncState::ServerTrouble);
    let (mut look, mut last) = timer_of(&effects, Way::Requests).unwrap();
    let asked = |engine: &mut Engine, look: u64, records: Vec<Record>, revision: u64| {
        let effects = engine.step(fired(Way::Requests, look), NOW);
        let (request, _) = fetching(&effects).unwrap();
        let page = page(records, revision, revision);
        let effects = engine.step(Event::PageFetched { request, page }, NOW);
        assert_eq!(engine.status().state, SyncState::Polling);
        timer_of(&effects, Way::Requests).unwrap()
    };
    for _ in 0..8 {
        let (next, after) = asked(&mut engine, look, Vec::new(), 5);
        assert!(after >= last && after <= 30_000_000, "{after}");
        (look, last) = (next, after);
    }
    assert_eq!(last, 15_000_000, "half of half a minute at least");
    let (_, after) = asked(&mut engine, look, vec![profile(6, "A")], 6);
    assert!(after < 5_000_000, "{after}");
    // A stream that speaks makes an end of it.
    engine.step(Event::SyncNow, NOW);
    engine.step(Event::StreamOpened, NOW);
    engine.step(Event::Stream(StreamEvent::Revision(6)), NOW);
    assert!(!engine.polls_instead());
}

proptest! {
    /// Whatever the server says in a page, the engine neither panics nor moves back, nor asks without end.
    #[test]
    fn any_page_is_survived(cursor in 1_u64.., next: u64, revision: u64, records in prop::collection::vec(any::<u64>(), 0..4)) {
        let mut engine = connected(cursor);
        let asked = engine.step(Event::SyncNow, NOW);
        let (request, _) = fetching(&asked).unwrap();
        let records = records.into_iter().map(|revision| profile(revision, "A")).collect();
        let effects = engine.step(Event::PageFetched { request, page: page(records, next, revision) }, NOW);
        for effect in effects {
            if let Effect::Persist(writes) = effect {
                for write in writes {
                    if let Write::SetPosition(position) = write {
                        prop_assert!(position.cursor >= cursor || (position.cursor == 0 && revision < cursor));
                    }
                }
            }
        }
    }
}
