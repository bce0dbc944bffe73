//! `cargo xtask test`: every step, in order; all of them run, and the summary tells what failed. And parts of it, for the
//! time in between.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::outcome::{Counting, Counts, Outcome, summarise};
use crate::postgres::Postgres;
use crate::process::{cargo, command, run, run_watched};
use crate::session::{TemporaryFolder, wrap};
use crate::{api_tools, app, dependencies, packages, ui};

/// Seeds of the simulation in every run of the tests; more of them with `cargo xtask sim`.
const SEEDS: u64 = 3000;
const SHORT: Duration = Duration::from_mins(10);
/// A first build of everything on a slow machine.
const BUILD: Duration = Duration::from_hours(1);
const SUITE: Duration = Duration::from_hours(1);

/// Every step selects the whole workspace with these or [`app::FEATURE`]: cargo chooses the features of shared
/// dependencies by what is selected, and would else build them once more for each step.
const ALL: &str = "latchkey/custom-protocol,latchkey-tests/desktop,latchkey-tests/bench";

#[derive(Default)]
struct Steps {
    outcomes: Vec<Outcome>,
}

impl Steps {
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<(), String>) {
        self.counted(name, Counting::Whole, |_| work());
    }

    fn command(&mut self, name: &'static str, limit: Duration, mut command: Command) {
        self.step(name, || run(&mut command, limit));
    }

    fn suite(&mut self, name: &'static str, counting: Counting, mut command: Command) {
        self.counted(name, counting, |counts| {
            run_watched(&mut command, SUITE, |line| {
                let more = counting.count(line);
                counts.passed += more.passed;
                counts.failed += more.failed;
            })
        });
    }

    fn counted(
        &mut self,
        name: &'static str,
        counting: Counting,
        work: impl FnOnce(&mut Counts) -> Result<(), String>,
    ) {
        println!("\n=== {name}");
        let start = Instant::now();
        let mut counted = Counts::default();
        let problem = work(&mut counted).err();
        if let Some(problem) = &problem {
            println!("{name}: {problem}");
        }
        let counts = counting.conclude(counted, problem.is_none());
        self.outcomes.push(Outcome {
            name,
            counts,
            took: start.elapsed(),
            problem,
        });
    }
}

/// Runs everything.
pub fn test() -> Result<(), String> {
    let mut steps = Steps::default();
    steps.step("system packages", packages::ensure_test);
    steps.command(
        "formatting",
        SHORT,
        with(cargo(), &["fmt", "--all", "--check"]),
    );
    steps.step("licences and sources", dependencies::check);
    steps.step("packages of the user interface", ui::install);
    steps.step("tools for the API's description", api_tools::install);
    steps.step("generated bindings", bindings);
    pages_and_lints(&mut steps);
    steps.step("programs", app::build_for_tests);
    rust_suites(&mut steps);
    summarise(&steps.outcomes)
}

/// The user interface and what clippy has to say.
fn pages_and_lints(steps: &mut Steps) {
    steps.command("user interface: types", SHORT, ui::npm(&["run", "check"]));
    steps.command("user interface: lint", SHORT, ui::npm(&["run", "lint"]));
    steps.suite(
        "user interface: tests",
        Counting::Vitest,
        ui::npm(&["test"]),
    );
    steps.step("user interface: build", ui::build);
    let clippy = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--features",
        ALL,
        "--",
        "-D",
        "warnings",
    ];
    steps.command("clippy", BUILD, with(cargo(), &clippy));
}

/// `cargo xtask check`: what is done in a few minutes.
pub fn check() -> Result<(), String> {
    let mut steps = Steps::default();
    steps.step("system packages", packages::ensure_build);
    steps.command(
        "formatting",
        SHORT,
        with(cargo(), &["fmt", "--all", "--check"]),
    );
    steps.step("packages of the user interface", ui::install);
    pages_and_lints(&mut steps);
    let unit = ["test", "--workspace", "--features", app::FEATURE, "--lib"];
    steps.suite("unit tests", Counting::Cargo, with(cargo(), &unit));
    summarise(&steps.outcomes)
}

/// `cargo xtask test SUITE FILTER…`: those tests of a suite whose names contain a filter, with all that they want around
/// them. The unit tests are the suite `unit`.
pub fn part(suite: &str, filters: &[String]) -> Result<(), String> {
    prepare()?;
    let postgres = Postgres::start()?;
    let folder = TemporaryFolder::new("session")?;
    let features = match suite {
        "desktop" => ALL,
        _ => app::FEATURE,
    };
    let mut tests = with(cargo(), &["test", "--workspace", "--features", features]);
    match suite {
        "unit" => tests.arg("--lib"),
        suite => tests.args(["--test", suite]),
    };
    tests.arg("--").args(filters);
    tests.env("LATCHKEY_TEST_POSTGRES", postgres.url());
    app::name_for_tests(&mut tests);
    run(&mut wrap(&tests, folder.path()), SUITE)
}

/// Has there what a suite starts.
fn prepare() -> Result<(), String> {
    packages::ensure_test()?;
    ui::install()?;
    ui::build()?;
    app::build_for_tests()
}

/// The suites that want databases, a session bus and a keyring.
fn rust_suites(steps: &mut Steps) {
    let mut postgres = None;
    steps.step("PostgreSQL", || {
        postgres = Some(Postgres::start()?);
        Ok(())
    });
    let mut folder = None;
    steps.step("folders of the test session", || {
        folder = Some(TemporaryFolder::new("session")?);
        Ok(())
    });
    let in_session = |mut inner: Command| {
        if let Some(postgres) = &postgres {
            inner.env("LATCHKEY_TEST_POSTGRES", postgres.url());
        }
        app::name_for_tests(&mut inner);
        match &folder {
            Some(folder) => wrap(&inner, folder.path()),
            None => inner,
        }
    };
    let rust = [
        "test",
        "--workspace",
        "--features",
        app::FEATURE,
        "--no-fail-fast",
    ];
    steps.suite(
        "Rust tests",
        Counting::Cargo,
        in_session(with(cargo(), &rust)),
    );
    steps.command("sync simulation", SUITE, app::built_simulation(SEEDS));
    let desktop = [
        "test",
        "--workspace",
        "--features",
        ALL,
        "--test",
        "desktop",
        "--no-fail-fast",
    ];
    steps.suite(
        "the real window",
        Counting::Cargo,
        in_session(with(cargo(), &desktop)),
    );
}

/// `cargo xtask accessibility`.
pub fn accessibility() -> Result<(), String> {
    prepare()?;
    let folder = TemporaryFolder::new("accessibility")?;
    let walk = [
        "test",
        "--workspace",
        "--features",
        ALL,
        "--test",
        "desktop",
        "accessibility::",
    ];
    let mut walk = with(cargo(), &walk);
    walk.env("LATCHKEY_WRITE_ACCESSIBILITY", "1");
    app::name_for_tests(&mut walk);
    run(&mut wrap(&walk, folder.path()), BUILD)
}

/// Writes the TypeScript bindings again; the step fails when they differ from those in the tree.
fn bindings() -> Result<(), String> {
    run(
        &mut with(
            cargo(),
            &[
                "test",
                "--workspace",
                "--features",
                app::FEATURE,
                "--bin",
                "latchkey",
                "export_bindings",
            ],
        ),
        BUILD,
    )?;
    run(
        &mut with(
            command("git"),
            &[
                "--no-pager",
                "diff",
                "--exit-code",
                "--",
                "ui/src/bindings.ts",
            ],
        ),
        SHORT,
    )
    .map_err(|_| {
        "ui/src/bindings.ts was out of date and has been written anew: commit it".to_owned()
    })
}

fn with(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}
