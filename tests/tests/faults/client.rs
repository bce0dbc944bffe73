//! What breaks around a device: its process, its disk, its network. Nothing acknowledged is lost or counted twice, and
//! what was to be destroyed is destroyed.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::time::Duration;

use latchkey_client::failure::FailureCode;
use latchkey_client::overview::OverviewView;
use latchkey_client::profile::ProfileView;
use latchkey_client::stage::{FolderProblem, Stage, SyncState, SyncView};
use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::{EndedReason, Session};
use latchkey_protocol::sync::{Collection, Record};
use latchkey_protocol::trust::TrustRequest;
use latchkey_server::database::{Database as ServerDatabase, Options};
use latchkey_tests::server::{Database, Person, ServerUnderTest, SmallDisk, eventually};
use latchkey_tests::simulation::random::Random;
use serde_json::Value;
use tokio::time::Instant;

use super::device::{Answer, Device, Running};

/// How often a device that edits is killed, unless `LATCHKEY_KILLS` says otherwise.
const KILLS: u64 = 25;

/// Edits that are given to a device without waiting for the answer to the first.
const AHEAD: usize = 4;

fn kills() -> u64 {
    std::env::var("LATCHKEY_KILLS").map_or(KILLS, |kills| kills.parse().expect("a number"))
}

/// Names that a device is given, each once, counted from 1.
#[derive(Default)]
struct Names {
    given: u64,
    acknowledged: u64,
    acknowledgements: u64,
}

impl Names {
    fn next(&mut self) -> String {
        self.given += 1;
        format!("edit Name {}", self.given)
    }

    fn number(name: &str) -> u64 {
        match name.strip_prefix("Name ") {
            Some(number) => number.parse().expect("a name that was given"),
            None => 0,
        }
    }

    /// What is shown is what was acknowledged last, or was given after that.
    #[track_caller]
    fn admit(&self, shown: &str) {
        let number = Self::number(shown);
        assert!(
            (self.acknowledged..=self.given).contains(&number),
            "{shown:?} is shown; {} was acknowledged, {} given",
            self.acknowledged,
            self.given
        );
    }
}

/// What a device still owes an answer to.
enum Owed {
    Profile,
    Edit(u64),
    Sync,
}

/// How a device is edited on.
#[derive(Clone, Copy)]
enum Pace {
    /// Edit upon edit, of which the later take the place of the earlier that are not sent yet.
    Hasty,
    /// The next edit once the server has the one before.
    Patient,
}

/// Whether the answer says that the server has everything.
fn account_for(names: &mut Names, owed: &mut VecDeque<Owed>, answer: Answer) -> bool {
    let answer = answer.expect("a device that is signed in takes everything");
    match owed.pop_front().expect("an answer to something") {
        Owed::Profile => {
            let profile: ProfileView = serde_json::from_value(answer).unwrap();
            names.admit(&profile.display_name);
            assert!(profile.conflicts.is_empty(), "{profile:?}");
        }
        Owed::Edit(number) => {
            names.acknowledged = number;
            names.acknowledgements += 1;
        }
        Owed::Sync => {
            let sync: SyncView = serde_json::from_value(answer).unwrap();
            assert_eq!((sync.conflicts, sync.damage), (0, None), "{sync:?}");
            return sync.waiting_changes == 0;
        }
    }
    false
}

/// Edits without a pause until `instant`.
async fn edit_until(
    running: &mut Running,
    names: &mut Names,
    owed: &mut VecDeque<Owed>,
    pace: Pace,
    instant: Instant,
) {
    let mut all_sent = true;
    loop {
        let ahead = match pace {
            Pace::Hasty => AHEAD,
            Pace::Patient => 1,
        };
        while owed.len() < ahead {
            if matches!(pace, Pace::Hasty) || std::mem::take(&mut all_sent) {
                running.tell(&names.next());
                owed.push_back(Owed::Edit(names.given));
            } else {
                running.tell("sync");
                owed.push_back(Owed::Sync);
            }
        }
        match tokio::time::timeout_at(instant, running.answer()).await {
            Ok(answer) => all_sent |= account_for(names, owed, answer),
            Err(_) => return,
        }
    }
}

/// kill -9 of a device at random instants while it edits, with the network, without, and with a server that is killed
/// too. Whatever a command acknowledged is shown by every later start and reaches the server, once and in order, unless
/// a later value took its place before it was sent.
#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_edit_is_lost_or_doubled_by_a_kill() {
    let kills = kills();
    let mut random = Random::new(20_261_121);
    let mut server = ServerUnderTest::start(Database::Sqlite).await;
    let anna = Person::create(&server, "anna").await;
    let device = Device::new(&server).await;
    let mut running = device.signed_in(&anna).await;
    running.current().await;
    running.kill().await;
    let session = device.session().unwrap();

    let mut names = Names::default();
    let mut server_runs = true;
    let (mut without_network, mut server_kills) = (0, 0);
    for _ in 0..kills {
        if !server_runs && random.chance(70) {
            server.start_again().await;
            server_runs = true;
        }
        if random.chance(25) || !server_runs {
            device.link.cut();
            without_network += 1;
        } else {
            device.link.mend(&server);
        }
        let mut running = device.start();
        let mut owed = VecDeque::from([Owed::Profile]);
        running.tell("profile");
        if random.chance(75) {
            // Otherwise it may be killed while it opens.
            let answer = running.answer().await;
            account_for(&mut names, &mut owed, answer);
        }
        let pace = if random.chance(50) {
            Pace::Hasty
        } else {
            Pace::Patient
        };
        let half = Duration::from_micros(random.below(125_000));
        let now = Instant::now();
        edit_until(&mut running, &mut names, &mut owed, pace, now + half).await;
        match random.below(10) {
            0..=1 => device.link.cut(),
            2..=3 if server_runs => device.link.mend(&server),
            4..=5 if server_runs => {
                server.kill().await;
                server_runs = false;
                server_kills += 1;
            }
            _ => {}
        }
        edit_until(&mut running, &mut names, &mut owed, pace, now + 2 * half).await;
        for answer in running.kill().await {
            account_for(&mut names, &mut owed, answer);
        }
        device.copy().await;
    }

    if !server_runs {
        server.start_again().await;
    }
    device.link.mend(&server);
    let anna = anna.at(&server);
    let mut running = device.start();
    let sync = running.current().await;
    assert_eq!((sync.conflicts, sync.damage), (0, None), "{sync:?}");
    let shown = running.shown().await;
    names.admit(&shown);
    let stage = running.stage().await;
    assert!(matches!(stage, Stage::SignedIn { .. }), "{stage:?}");
    assert_eq!(device.session(), Some(session), "it is the session of then");
    assert_eq!(anna.profile().await.display_name, shown);

    let mut took_effect: Vec<(u64, u64)> = anna
        .records()
        .await
        .into_iter()
        .filter_map(|record| Some((record.revision, changed_name(&record)?)))
        .collect();
    took_effect.sort_unstable();
    println!(
        "{kills} kills, {without_network} of them of a device without a network, and {server_kills} of the server: \
         {} names given, {} acknowledged, {} took effect",
        names.given,
        names.acknowledgements,
        took_effect.len()
    );
    for pair in took_effect.windows(2) {
        assert!(
            pair[0].1 < pair[1].1,
            "doubled or out of order: {:?} then {:?}",
            pair[0],
            pair[1]
        );
    }
    let last = took_effect.last().expect("something took effect").1;
    assert_eq!(last, Names::number(&shown));
    assert!(
        names.acknowledgements > kills && took_effect.len() as u64 > kills / 4,
        "the device was killed before it did anything"
    );
    running.kill().await;
    device.copy().await;
    device.never_panicked();
}

fn changed_name(record: &Record) -> Option<u64> {
    if record.collection != Collection::Activity.name() {
        return None;
    }
    let entry: ActivityEntry = serde_json::from_value(record.body.clone()?).unwrap();
    (entry.kind == ActivityKind::ProfileChanged).then(|| Names::number(&entry.subject.unwrap()))
}

/// A device that is killed again and again during its first sync holds a whole prefix of the account each time, and in
/// the end exactly what the server holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_sync_that_is_killed_goes_on() {
    const RECORDS: u64 = 6_000;
    let mut random = Random::new(20_261_122);
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create(&server, "anna").await;
    let database = Options::Sqlite(server.data_dir().join("latchkey.sqlite"));
    let database = ServerDatabase::open(&database).await.unwrap();
    let revision = latchkey_server::seed::activity(&database, anna.signed_in.account_id, RECORDS)
        .await
        .unwrap();
    let of_activity = |records: Vec<Record>| -> BTreeMap<String, (u64, Value)> {
        records
            .into_iter()
            .filter(|record| record.collection == Collection::Activity.name())
            .filter_map(|record| Some((record.id, (record.revision, record.body?))))
            .collect()
    };

    let device = Device::new(&server).await;
    let mut running = device.signed_in(&anna).await;
    let mut in_the_middle = 0;
    for part in 1..=6 {
        let reach = (part * RECORDS / 7).saturating_sub(random.below(400));
        loop {
            let sync: SyncView = running.expect("sync").await;
            let done = sync.progress.map(|progress| u64::from(progress.done));
            if sync.current_at.is_some() || done.is_some_and(|done| done >= reach) {
                break;
            }
        }
        running.kill_within(&mut random, 4).await;
        let copy = device.copy().await;
        let cursor = copy.cache.position().await.cursor;
        if cursor < revision {
            in_the_middle += 1;
        }
        let mut expected = of_activity(anna.records().await);
        expected.retain(|_, (revision, _)| *revision <= cursor);
        assert_eq!(copy.records(Collection::Activity).await, expected);
        running = device.start();
    }
    println!("{in_the_middle} of 6 kills in the middle of the first sync");
    assert!(in_the_middle >= 3, "the first sync was over too early");
    let sync = running.current().await;
    assert_eq!(sync.damage, None);
    running.kill().await;
    let copy = device.copy().await;
    let mut held: BTreeMap<(String, String), (u64, Value)> = BTreeMap::new();
    for collection in Collection::ALL {
        for (id, record) in copy.records(collection).await {
            held.insert((collection.name().to_owned(), id), record);
        }
    }
    let cursor = copy.cache.position().await.cursor;
    let there: BTreeMap<_, _> = anna
        .records()
        .await
        .into_iter()
        .filter_map(|record| {
            let place = (record.collection, record.id);
            Some((place, (record.revision, record.body?)))
        })
        .collect();
    assert!(held.len() as u64 > RECORDS);
    assert_eq!(held, there);
    assert!(there.values().all(|(revision, _)| *revision <= cursor));
    device.never_panicked();
}

/// The person's first device, stepped up, once it has approved `device`.
async fn was_me(anna: &Person, device: &Device) -> Person {
    let session = device.session().expect("a session");
    let path = format!("/v1/sessions/{session}/vouch");
    let anna = anna.stepped_up(None).await;
    let answer = anna.http.post(&path, &TrustRequest {}).await;
    answer.expect(200);
    anna
}

/// What a start of a device whose session is over must come to, and the server's record of it.
async fn is_out(
    device: &Device,
    running: &mut Running,
    anna: &Person,
    session: SessionId,
) -> Session {
    for command in ["profile", "overview", "edit Name 1"] {
        assert_eq!(running.refused(command).await, FailureCode::SignedOut);
    }
    eventually(
        "everything is destroyed and the receipt delivered",
        async || {
            let settings = device.settings();
            let empty = |name: &str| settings[name].as_array().is_some_and(Vec::is_empty);
            (device.databases().is_empty()
                && device.account_secrets().is_empty()
                && empty("receipts")
                && empty("unfinished"))
            .then_some(())
        },
    )
    .await;
    let record = anna.session(session).await;
    let receipt = record.receipt.as_ref().expect("a receipt");
    assert_eq!(receipt.session_id, session);
    assert!(record.ended.is_some());
    record
}

/// The revision of a session's record.
async fn revision_of(anna: &Person, session: SessionId) -> u64 {
    anna.records()
        .await
        .into_iter()
        .find(|record| record.id == session.to_string())
        .expect("the session's record")
        .revision
}

/// A device that is ended by another one and killed while it obeys shows nothing at the next start, finishes what was
/// begun, and its receipt arrives once.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_killed_while_it_is_ended_is_out() {
    let mut random = Random::new(20_261_123);
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create(&server, "anna").await;
    let device = Device::new(&server).await;
    server.clock().advance_seconds(1);
    let mut running = device.signed_in(&anna).await;
    let anna = was_me(&anna, &device).await;
    let mut begun = 0;
    for round in 0..8 {
        running.current().await;
        let session = device.session().unwrap();
        anna.end_one(session).await.expect(200);
        running.kill_within(&mut random, 15).await;
        if round % 2 == 1 {
            // A start without a network in between, killed too.
            device.link.cut();
            let noted = device.session().is_none();
            begun += u64::from(noted);
            let mut running = device.start();
            if noted {
                let stage = running.stage().await;
                assert!(
                    matches!(stage, Stage::SignIn { ended: Some(_), .. }),
                    "{stage:?}"
                );
                assert_eq!(running.refused("profile").await, FailureCode::SignedOut);
            }
            running.kill_within(&mut random, 100).await;
            device.link.mend(&server);
        }
        running = device.start();
        let stage = running.stage().await;
        let Stage::SignIn {
            ended: Some(ended), ..
        } = stage
        else {
            panic!("{stage:?}");
        };
        assert_eq!(ended.reason, EndedReason::EndedByDevice);
        let record = is_out(&device, &mut running, &anna, session).await;
        assert_eq!(record.ended.unwrap().reason, EndedReason::EndedByDevice);
        let receipt = record.receipt.unwrap();
        assert!(receipt.verifies(&record.public_key, server.server_id()));
        let once = revision_of(&anna, session).await;
        running.kill().await;
        running = device.start();
        let stage = running.stage().await;
        assert!(matches!(stage, Stage::SignIn { .. }), "{stage:?}");
        running.signs_in(&anna).await;
        running.current().await;
        assert_eq!(
            revision_of(&anna, session).await,
            once,
            "the receipt counted twice"
        );
    }
    println!("8 endings, {begun} of 4 had begun when the network went");
    device.never_panicked();
}

/// A device that is killed while it signs out is signed in as before or out for good.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_killed_while_it_signs_out_is_out_or_was_not() {
    let mut random = Random::new(20_261_124);
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create(&server, "anna").await;
    let device = Device::new(&server).await;
    server.clock().advance_seconds(1);
    let mut running = device.signed_in(&anna).await;
    let anna = was_me(&anna, &device).await;
    let (mut acknowledged, mut half_way, mut not_begun) = (0, 0, 0);
    for round in 0..8 {
        running.current().await;
        let session = device.session().unwrap();
        if round % 2 == 1 {
            device.link.cut();
        }
        running.tell("sign_out");
        let answers = running.kill_within(&mut random, 20).await;
        let was_acknowledged = !answers.is_empty();
        let noted = device.session().is_none();
        assert!(noted || !was_acknowledged, "acknowledged and not noted");
        match (was_acknowledged, noted) {
            (true, _) => acknowledged += 1,
            (false, true) => half_way += 1,
            (false, false) => not_begun += 1,
        }
        if round % 2 == 1 && noted {
            // Without a network nothing is shown either.
            running = device.start();
            let stage = running.stage().await;
            assert!(
                matches!(stage, Stage::SignIn { ended: None, .. }),
                "{stage:?}"
            );
            running.kill_within(&mut random, 50).await;
        }
        device.link.mend(&server);
        running = device.start();
        let mut stage = running.stage().await;
        if !noted {
            assert!(matches!(stage, Stage::SignedIn { .. }), "{stage:?}");
            assert_eq!(running.shown().await, "Somebody");
            stage = running.expect("sign_out").await;
        }
        assert!(
            matches!(stage, Stage::SignIn { ended: None, .. }),
            "{stage:?}"
        );
        let record = is_out(&device, &mut running, &anna, session).await;
        assert_eq!(record.ended.unwrap().reason, EndedReason::SignedOut);
        let receipt = record.receipt.unwrap();
        assert!(receipt.verifies(&record.public_key, server.server_id()));
        let once = revision_of(&anna, session).await;
        running.signs_in(&anna).await;
        running.current().await;
        assert_eq!(
            revision_of(&anna, session).await,
            once,
            "the receipt counted twice"
        );
    }
    println!(
        "8 sign-outs: {acknowledged} acknowledged, {half_way} killed half-way, {not_begun} not begun"
    );
    device.never_panicked();
}

#[track_caller]
fn unusable(stage: &Stage, problem: FolderProblem, folder: &Path) {
    let expected = Stage::FolderUnusable {
        problem,
        folder: folder.to_str().unwrap().to_owned(),
    };
    assert_eq!(*stage, expected);
}

/// Edits until one is refused, which must be for want of room.
async fn edit_until_full(running: &mut Running, names: &mut Names) {
    for _ in 0..3_000 {
        let edit = names.next();
        match running.ask(&edit).await {
            Ok(_) => {
                names.acknowledged = names.given;
                names.acknowledgements += 1;
            }
            Err(failure) => {
                assert_eq!(failure.code, FailureCode::DiskFull, "{failure:?}");
                return;
            }
        }
    }
    panic!("the disk never became full");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_edits_and_loses_none() {
    let disk = SmallDisk::new();
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create(&server, "anna").await;
    let device = Device::on(&disk, &server).await;
    let mut running = device.signed_in(&anna).await;
    running.current().await;
    let mut names = Names::default();
    for round in 0..3 {
        disk.fill();
        edit_until_full(&mut running, &mut names).await;
        let acknowledged = match names.acknowledged {
            0 => "Somebody".to_owned(),
            number => format!("Name {number}"),
        };
        // All that was shown before is still shown, and what was refused is not.
        assert_eq!(running.shown().await, acknowledged);
        let sync: SyncView = running.expect("sync").await;
        assert_eq!(
            (sync.state, sync.folder_problem),
            (SyncState::NotSaved, Some(FolderProblem::Full))
        );
        let overview: OverviewView = running.expect("overview").await;
        assert!(!overview.sign_ins.is_empty());
        let stage = running.stage().await;
        assert!(matches!(stage, Stage::SignedIn { .. }), "{stage:?}");
        if round == 1 {
            running.kill().await;
            running = device.start();
            unusable(&running.stage().await, FolderProblem::Full, &device.data);
            assert_eq!(running.refused("edit Name 0").await, FailureCode::DiskFull);
            running.kill().await;
            disk.make_room();
            running = device.start();
            assert_eq!(running.shown().await, acknowledged);
        } else {
            disk.make_room();
        }
        let edit = names.next();
        running.expect::<()>(&edit).await;
        names.acknowledged = names.given;
    }
    let sync = running.current().await;
    assert_eq!((sync.conflicts, sync.damage), (0, None));
    let shown = running.shown().await;
    assert_eq!(Names::number(&shown), names.acknowledged);
    assert_eq!(anna.profile().await.display_name, shown);
    let mut took_effect: Vec<(u64, u64)> = anna
        .records()
        .await
        .into_iter()
        .filter_map(|record| Some((record.revision, changed_name(&record)?)))
        .collect();
    took_effect.sort_unstable();
    assert!(
        took_effect.windows(2).all(|pair| pair[0].1 < pair[1].1),
        "{took_effect:?}"
    );

    // Destroying needs no room.
    let session = device.session().unwrap();
    disk.fill();
    let stage: Stage = running.expect("sign_out").await;
    assert!(matches!(stage, Stage::SignIn { .. }), "{stage:?}");
    assert!(device.databases().is_empty());
    assert!(device.account_secrets().is_empty());
    disk.make_room();
    running.kill().await;
    let mut running = device.start();
    let stage = running.stage().await;
    assert!(matches!(stage, Stage::SignIn { .. }), "{stage:?}");
    is_out(&device, &mut running, &anna, session).await;
    device.never_panicked();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cant_be_written_is_named_and_kept() {
    let disk = SmallDisk::new();
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create(&server, "anna").await;
    let device = Device::on(&disk, &server).await;
    let mut running = device.signed_in(&anna).await;
    running.current().await;
    device.link.cut();
    running.expect::<()>("edit Name 1").await;
    running.kill().await;

    disk.make_read_only();
    let mut running = device.start();
    unusable(
        &running.stage().await,
        FolderProblem::ReadOnly,
        &device.data,
    );
    assert_eq!(running.refused("edit Name 2").await, FailureCode::ReadOnly);
    assert_eq!(running.refused("profile").await, FailureCode::ReadOnly);
    running.kill().await;

    disk.make_writable();
    device.link.mend(&server);
    let mut running = device.start();
    assert_eq!(running.shown().await, "Name 1");
    running.current().await;
    assert_eq!(anna.profile().await.display_name, "Name 1");
    device.never_panicked();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_never_share_a_folder() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create(&server, "anna").await;
    let device = Device::new(&server).await;
    let mut first = device.signed_in(&anna).await;
    first.current().await;
    let mut second = device.start();
    unusable(&second.stage().await, FolderProblem::InUse, &device.data);
    for command in ["profile", "edit Name 1", "sign_out"] {
        assert_eq!(second.refused(command).await, FailureCode::FolderInUse);
    }
    // The first goes on, whatever the second tried, and leaves no lock behind when it is killed.
    first.expect::<()>("edit Name 2").await;
    first.current().await;
    second.kill().await;
    first.kill().await;
    let mut third = device.start();
    assert_eq!(third.shown().await, "Name 2");
    assert_eq!(anna.profile().await.display_name, "Name 2");
    device.never_panicked();
}
