use super::*;

const NOW: Timestamp = Timestamp(1_000_000_000_000);

fn actor() -> Actor {
    Actor {
        account_id: AccountId(uuid::Uuid::from_u128(1)),
        standing: Standing::Trusted,
        stepped_up_until: Some(NOW.plus_seconds(STEP_UP_SECONDS)),
        role: Role::Administrator,
    }
}

fn own(actor: &Actor) -> Scope {
    Scope::Account(actor.account_id)
}

fn decide(actor: &Actor, method: &str, path: &str, scope: Scope) -> Result<(), Refused> {
    authorize(actor, row(method, path).unwrap(), scope, NOW)
}

#[test]
fn a_step_up_counts_for_ten_minutes_and_no_longer() {
    for (until, counts) in [
        (None, false),
        (Some(NOW), false),
        (Some(NOW.plus_seconds(-1)), false),
        (Some(NOW.plus_seconds(1)), true),
        (Some(NOW.plus_seconds(STEP_UP_SECONDS)), true),
        (Some(NOW.plus_seconds(STEP_UP_SECONDS + 1)), false),
        (Some(Timestamp(i64::MIN)), false),
        (Some(Timestamp(i64::MAX)), false),
    ] {
        let actor = Actor {
            stepped_up_until: until,
            ..actor()
        };
        let decided = decide(&actor, "POST", "/v1/emails", own(&actor));
        assert_eq!(decided.is_ok(), counts, "{until:?}");
    }
}

#[test]
fn nobody_but_administrators_reaches_the_server_or_another_account() {
    let administrator = actor();
    let person = Actor {
        role: Role::Person,
        ..actor()
    };
    let other = Scope::Account(AccountId(uuid::Uuid::from_u128(2)));
    for (path, scope) in [("/v1/users", Scope::Server), ("/v1/users/{id}", other)] {
        assert_eq!(decide(&administrator, "GET", path, scope), Ok(()));
        let refused = Err(Refused::AdministratorsOnly);
        assert_eq!(decide(&person, "GET", path, scope), refused);
    }
    for actor in [administrator, person] {
        let refused = Err(Refused::NotFound);
        assert_eq!(decide(&actor, "POST", "/v1/emails", other), refused);
    }
}

#[test]
fn on_probation_only_what_is_harmless_is_done() {
    let actor = Actor {
        standing: Standing::Probation,
        ..actor()
    };
    for row in TABLE {
        let scope = match row.place {
            Place::Server => Scope::Server,
            Place::Own | Place::Account => own(&actor),
        };
        let harmless = row.callers == Callers::Anybody || row.probation != Probation::Refused;
        let expected = if harmless {
            Ok(())
        } else {
            Err(Refused::OnProbation)
        };
        assert_eq!(authorize(&actor, row, scope, NOW), expected, "{}", row.path);
    }
}

#[test]
fn the_page_of_the_table_is_the_committed_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/access.md");
    let page = page();
    if std::fs::read_to_string(path).is_ok_and(|committed| committed == page) {
        return;
    }
    std::fs::write(path, page).unwrap();
    panic!("docs/access.md is written from the table now: look at it and commit it");
}

/// The page "Access" of the design, read as naively as it can be, for every row and everybody who may ask.
#[test]
fn every_decision_is_the_one_that_a_naive_reading_gives() {
    let (mine, theirs) = (
        AccountId(uuid::Uuid::from_u128(1)),
        AccountId(uuid::Uuid::from_u128(2)),
    );
    let until = [None, Some(NOW), Some(NOW.plus_seconds(60))];
    let mut decisions = 0;
    for row in TABLE {
        for scope in [Scope::Server, Scope::Account(mine), Scope::Account(theirs)] {
            for standing in [Standing::Trusted, Standing::Probation, Standing::Suspended] {
                for role in [Role::Person, Role::Administrator] {
                    for stepped_up_until in until {
                        let actor = Actor {
                            account_id: mine,
                            standing,
                            stepped_up_until,
                            role,
                        };
                        let administers = row.path.starts_with("/v1/users");
                        let expected = if row.callers == Callers::Anybody {
                            Ok(())
                        } else if !administers && scope == Scope::Account(theirs) {
                            Err(Refused::NotFound)
                        } else if (administers && role == Role::Person)
                            || (!administers && scope == Scope::Server)
                        {
                            Err(Refused::AdministratorsOnly)
                        } else if standing != Standing::Trusted
                            && row.probation == Probation::Refused
                        {
                            Err(Refused::OnProbation)
                        } else if row.step_up == StepUp::Recent
                            && stepped_up_until != Some(NOW.plus_seconds(60))
                        {
                            Err(Refused::StepUpNeeded)
                        } else {
                            Ok(())
                        };
                        assert_eq!(authorize(&actor, row, scope, NOW), expected, "{row:?}");
                        decisions += 1;
                    }
                }
            }
        }
    }
    assert_eq!(decisions, TABLE.len() * 54);
}

/// What a device on probation may do is short, and stands here once more: whoever adds to it has it reviewed.
#[test]
fn what_is_harmless_on_probation_is_little() {
    let harmless: Vec<_> = TABLE
        .iter()
        .filter(|row| row.callers != Callers::Anybody && row.probation != Probation::Refused)
        .map(|row| (row.path, row.probation))
        .collect();
    let expected = [
        ("/v1/session", Probation::Harmless),
        ("/v1/sync", Probation::Harmless),
        ("/v1/events", Probation::Harmless),
        ("/v1/edits", Probation::InPart),
        ("/v1/sessions/end", Probation::InPart),
        ("/v1/session/vouch-link", Probation::Harmless),
        ("/v1/session/vouch", Probation::Harmless),
    ];
    assert_eq!(harmless, expected);
}
