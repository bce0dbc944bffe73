//! Random walks: the intruder does what it likes, then the owner takes three steps, with the intruder in between.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::rules::{Account, Act, DAY, Rule, Second, Standing, State, Thing, Who};

/// What the intruder has at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// The password.
    Password,
    /// The password, and an open session of a trusted device.
    Session,
    /// The password, a trusted device and an address of its own, unnoticed for long.
    Mailbox,
    /// The owner's laptop with its mailbox open, for an afternoon; half of the time with the password.
    Laptop,
    /// The mailbox of the owner's second address.
    SecondMailbox,
}

const CASES: [Case; 5] = [
    Case::Password,
    Case::Session,
    Case::Mailbox,
    Case::Laptop,
    Case::SecondMailbox,
];

/// How long the owner does not answer, at most.
const UNANSWERED: i64 = 11 * DAY;

/// What somebody did.
pub struct Step {
    /// Who.
    pub who: Who,
    /// What.
    pub act: Act,
    /// Whether it was allowed.
    pub allowed: bool,
    /// The account before it, where that is kept.
    pub before: Option<Account>,
}

impl std::fmt::Debug for Step {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let outcome = if self.allowed { "" } else { " in vain" };
        write!(formatter, "{:?} {:?}{outcome}", self.who, self.act)
    }
}

/// A walk that was walked.
pub struct Walk {
    /// What the intruder had.
    pub case: Case,
    /// What was done.
    pub steps: Vec<Step>,
    /// The account after it.
    pub account: Account,
    /// What the owner lost; empty when nothing.
    pub lost: String,
}

/// What an intruder has in mind who wants the primary address: to move it twice, and to have the first one elsewhere.
const PLAN: [Intent; 8] = [
    Intent::AddAddress,
    Intent::MakeItPrimary,
    Intent::Consent,
    Intent::AddAddress,
    Intent::MakeItPrimary,
    Intent::Consent,
    Intent::RemoveTheFirst,
    Intent::ClaimTheFirst,
];

/// And one who has its consent ready for after the owner's first step.
const PATIENT: [Intent; 3] = [Intent::AddAddress, Intent::MakeItPrimary, Intent::Consent];

#[derive(Clone, Copy)]
enum Intent {
    AddAddress,
    MakeItPrimary,
    Consent,
    RemoveTheFirst,
    ClaimTheFirst,
}

struct Walker {
    random: StdRng,
    plan: Vec<Intent>,
    account: Account,
    steps: Vec<Step>,
    keeps: bool,
}

/// Walks from a seed, in an account in which `without` does not hold. The intruder does `most` things at most before the owner
/// answers. With `keeps`, each step has the account before it.
pub fn walk(seed: u64, without: Option<Rule>, most: usize, keeps: bool) -> Walk {
    let mut walker = Walker {
        random: StdRng::seed_from_u64(seed),
        plan: Vec::new(),
        account: Account::new(without),
        steps: Vec::new(),
        keeps,
    };
    let case = *CASES.choose(&mut walker.random).expect("a case");
    let lost = walker.play(case, most).err().unwrap_or_default();
    Walk {
        case,
        steps: walker.steps,
        account: walker.account,
        lost,
    }
}

impl Walker {
    fn perform(&mut self, who: Who, act: Act) -> bool {
        let before = self.keeps.then(|| self.account.clone());
        let allowed = self.account.perform(who, act);
        self.steps.push(Step {
            who,
            act,
            allowed,
            before,
        });
        allowed
    }

    fn owner(&mut self, act: Act) -> bool {
        self.perform(Who::Owner, act)
    }

    fn half(&mut self) -> bool {
        self.random.random_bool(0.5)
    }

    /// Something of `0..count`, if there is anything.
    fn one_of(&mut self, count: usize) -> Option<usize> {
        (count > 0).then(|| self.random.random_range(0..count))
    }

    fn play(&mut self, case: Case, most: usize) -> Result<(), String> {
        let patient = self.random.random_bool(0.1);
        if patient {
            self.plan = PATIENT.into_iter().rev().collect();
        } else if self.random.random_bool(0.3) {
            self.plan = PLAN.into_iter().rev().collect();
        }
        self.begin(case);
        let before = self.account.guards();
        if case == Case::Laptop {
            self.account.borrowed = true;
            for _ in 0..self.random.random_range(1..=most.min(30)) {
                if patient && self.plan.len() == 1 {
                    break;
                }
                self.intruder();
            }
            self.account.give_back();
        }
        let start = self.account.now;
        for _ in 0..self.random.random_range(1..=most) {
            if self.account.now - start > UNANSWERED || patient && self.plan.len() == 1 {
                break;
            }
            self.intruder();
        }
        if matches!(case, Case::Password | Case::SecondMailbox) {
            if self.account.guards() != before {
                return Err(format!("guards were changed with {case:?} alone"));
            }
            let second = self.second_of(Who::Owner, false);
            if !self.owner(Act::SignIn(0, second)) {
                return Err("the owner was kept out".to_owned());
            }
        }
        self.answer()?;
        self.more();
        self.owner(Act::Wait(9 * DAY));
        self.more();
        let mut left = self.account.left_to_the_intruder();
        if !self.account.devices[0].session
            || !self.account.known[0].contains(&self.account.password)
        {
            left.push("the owner is out again");
        }
        if left.is_empty() {
            Ok(())
        } else {
            Err(left.join(", "))
        }
    }

    /// What was before the intruder came.
    fn begin(&mut self, case: Case) {
        if case == Case::SecondMailbox || self.half() {
            self.owner(Act::AddAddress(0, Who::Owner));
        }
        if matches!(case, Case::Session | Case::Mailbox) {
            // An intruder who was there before and had time.
            self.account.known[Who::Intruder as usize].push(0);
            self.perform(Who::Intruder, Act::SignIn(1, Second::None));
            self.owner(Act::Approve(0, 1));
        }
        if case == Case::Mailbox {
            self.owner(Act::AddAddress(0, Who::Intruder));
        }
        if self.random.random_bool(0.3) {
            self.owner(Act::FactorOn(0));
            if self.half() {
                self.owner(Act::AddPasskey(0));
            }
        }
        self.owner(Act::Age(40 * DAY));
        let knows = match case {
            Case::Password | Case::Session | Case::Mailbox => true,
            Case::Laptop => self.half(),
            Case::SecondMailbox => false,
        };
        self.account.known[Who::Intruder as usize] = if knows { vec![0] } else { Vec::new() };
        self.account.second_mailbox = case == Case::SecondMailbox;
    }

    /// The owner's three steps.
    fn answer(&mut self) -> Result<(), String> {
        // Lock, by the link in a notice at the first address, or take that address back.
        let change = self.account.moves.iter().rposition(|change| {
            change.old == 0 && change.state == State::Made && self.account.primary != 0
        });
        if let Some(change) = change {
            if !self.owner(Act::TakeBack(change)) {
                return Err("the primary address is lost".to_owned());
            }
        } else if self.account.primary != 0 {
            return Err("the primary address is lost".to_owned());
        } else if !self.lock() {
            // Without any notice of the last 30 days, a new password makes one.
            let second = self.second_of(Who::Owner, true);
            if !self.owner(Act::Reset(second)) || !self.lock() {
                return Err("nothing locks".to_owned());
            }
        }
        self.more();
        let devices = &self.account.devices;
        if devices
            .iter()
            .any(|device| device.session && device.of == Who::Intruder)
        {
            return Err("somebody is in between the lock and the new password".to_owned());
        }
        if self.account.primary != 0 {
            return Err("the primary address moved again".to_owned());
        }
        let second = self.second_of(Who::Owner, true);
        if !self.owner(Act::Reset(second)) {
            return Err("the reset asks for a code that the owner does not have".to_owned());
        }
        self.more();
        // In, on the own laptop, approved by the link that it asks for.
        let second = self.second_of(Who::Owner, false);
        if !self.owner(Act::SignIn(0, second)) {
            return Err("the owner does not get in".to_owned());
        }
        if self.account.devices[0].standing == Standing::Probation
            && !self.owner(Act::ApproveByMail(0))
        {
            return Err("the owner's device is not approved".to_owned());
        }
        self.more();
        self.decide()
    }

    fn lock(&mut self) -> bool {
        let locks = (0..self.account.locks.len()).rev();
        let own: Vec<usize> = locks
            .filter(|lock| self.account.has_lock(Who::Owner, *lock))
            .collect();
        own.into_iter().any(|lock| {
            // What ends a device on probation alone is not enough for whoever suspects more.
            let about = self.account.locks[lock].about;
            about.is_none_or(|device| self.account.devices[device].standing != Standing::Probation)
                && self.owner(Act::Lock(lock))
        })
    }

    /// The review: keeps what is the owner's, removes what isn't.
    fn decide(&mut self) -> Result<(), String> {
        let account = &self.account;
        let addresses = (0..account.addresses.len())
            .filter(|address| {
                account.addresses[*address].suspended && !account.addresses[*address].gone
            })
            .map(|address| (Thing::Address(address), account.addresses[address].of));
        let mut things: Vec<(Thing, Who)> = addresses.collect();
        for (place, passkey) in account.passkeys.iter().enumerate() {
            if let Some(passkey) = passkey.as_ref().filter(|held| held.suspended.is_some()) {
                things.push((Thing::Passkey(place), passkey.of));
            }
        }
        for (thing, held) in [
            (Thing::Codes, &account.codes),
            (Thing::Factor, &account.factor),
        ] {
            if let Some(held) = held.as_ref().filter(|held| held.suspended.is_some()) {
                things.push((thing, held.of));
            }
        }
        for (thing, of) in things {
            if !self.owner(Act::Review(0, thing, of == Who::Owner)) {
                return Err(format!("the owner may not review {thing:?}"));
            }
        }
        Ok(())
    }

    fn more(&mut self) {
        for _ in 0..self.random.random_range(0..=4) {
            self.intruder();
        }
    }

    /// What `who` can prove beside the password.
    fn second_of(&mut self, who: Who, reset: bool) -> Second {
        let account = &self.account;
        let Some(factor) = account
            .factor
            .as_ref()
            .filter(|held| held.suspended.is_none())
        else {
            return Second::None;
        };
        let passkey = account.passkeys.iter().position(|passkey| {
            passkey
                .as_ref()
                .is_some_and(|held| held.of == who && held.suspended.is_none())
        });
        let codes = account.codes.as_ref();
        let codes = codes.is_some_and(|codes| codes.of == who && codes.left > 0);
        match passkey {
            Some(passkey) if !reset && self.random.random_bool(0.5) => Second::Passkey(passkey),
            _ if factor.of == who => Second::Code,
            _ if codes => Second::Recovery,
            _ => Second::None,
        }
    }

    /// Something that the intruder can try.
    fn intruder(&mut self) {
        if self.half()
            && let Some(intent) = self.plan.pop()
            && let Some(act) = self.meant(intent)
        {
            self.perform(Who::Intruder, act);
            return;
        }
        for _ in 0..100 {
            if let Some(act) = self.try_of_the_intruder() {
                self.perform(Who::Intruder, act);
                return;
            }
        }
    }

    fn meant(&self, intent: Intent) -> Option<Act> {
        let account = &self.account;
        let newest = account.addresses.len() - 1;
        let by = (0..account.devices.len()).find(|device| {
            account.uses(Who::Intruder, *device)
                && account.devices[*device].session
                && account.devices[*device].standing == Standing::Trusted
        });
        match intent {
            Intent::AddAddress => Some(Act::AddAddress(by?, Who::Intruder)),
            Intent::MakeItPrimary => Some(Act::MakePrimary(by?, newest)),
            Intent::Consent => {
                let change = account.moves.len().checked_sub(1)?;
                Some(Act::Consent(change)).filter(|_| account.has_links_of(Who::Intruder, change))
            }
            Intent::RemoveTheFirst => Some(Act::RemoveAddress(by?, 0)),
            Intent::ClaimTheFirst => {
                Some(Act::Claim(0)).filter(|_| account.reads(Who::Intruder, 0))
            }
        }
    }

    fn try_of_the_intruder(&mut self) -> Option<Act> {
        const WHO: Who = Who::Intruder;
        let account = &self.account;
        let devices = account.devices.len();
        let own: Vec<usize> = (0..devices)
            .filter(|device| account.uses(WHO, *device))
            .collect();
        let live: Vec<usize> = own
            .iter()
            .copied()
            .filter(|device| account.devices[*device].session)
            .collect();
        let addresses = account.addresses.len();
        let by = live.choose(&mut self.random).copied();
        let any_device = self.one_of(devices)?;
        let any_address = self.one_of(addresses)?;
        match self.random.random_range(0..25) {
            0 => Some(Act::Wait(
                *[60, 300, DAY, 3 * DAY].choose(&mut self.random)?,
            ))
            .filter(|_| !self.account.borrowed),
            1 | 2 if devices < 9 => {
                let second = self.second_of(WHO, false);
                Some(Act::SignIn(devices, second))
            }
            3 => {
                let device = *own.choose(&mut self.random)?;
                let second = self.second_of(WHO, false);
                Some(Act::SignIn(device, second))
            }
            4 => {
                Some(Act::End(by?, any_device)).filter(|_| self.account.devices[any_device].session)
            }
            5 => Some(Act::Approve(by?, any_device)),
            6 => Some(Act::Disown(by?, any_device)),
            7 => Some(Act::ApproveByMail(by?)),
            8 => Some(Act::Secure(by?)),
            9 => {
                let lock = self.one_of(self.account.locks.len())?;
                Some(Act::Lock(lock)).filter(|_| self.account.has_lock(WHO, lock))
            }
            10 => {
                let change = self.one_of(self.account.moves.len())?;
                Some(Act::TakeBack(change)).filter(|_| self.account.has_links_of(WHO, change))
            }
            11 => {
                let change = self.one_of(self.account.moves.len())?;
                Some(Act::Consent(change)).filter(|_| self.account.has_links_of(WHO, change))
            }
            12 if addresses < 6 => Some(Act::AddAddress(by?, WHO)),
            13 => Some(Act::RemoveAddress(by?, any_address)),
            14 | 15 => Some(Act::MakePrimary(by?, any_address)),
            16 => Some(Act::AddPasskey(by?)).filter(|_| self.account.passkeys.len() < 6),
            17 => {
                let passkey = self.one_of(self.account.passkeys.len())?;
                Some(Act::RemovePasskey(by?, passkey))
            }
            18 => Some(Act::FactorOn(by?)),
            19 => Some(Act::FactorOff(by?)),
            20 => Some(Act::NewCodes(by?)),
            21 => Some(Act::ChangePassword(by?)),
            22 => {
                let second = self.second_of(WHO, true);
                Some(Act::Reset(second)).filter(|_| self.account.opens(WHO))
            }
            23 => {
                let thing = match self.random.random_range(0..4) {
                    0 => Thing::Address(any_address),
                    1 => Thing::Passkey(self.one_of(self.account.passkeys.len())?),
                    2 => Thing::Factor,
                    _ => Thing::Codes,
                };
                let keep = self.half();
                Some(Act::Review(by?, thing, keep))
            }
            24 => Some(Act::Claim(any_address)).filter(|_| self.account.reads(WHO, any_address)),
            _ => None,
        }
    }
}
