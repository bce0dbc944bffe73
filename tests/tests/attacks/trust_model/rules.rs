//! The rules of trust as a small model: what an account holds, and what each act of somebody does to it. Time is in minutes.
//! It knows nothing of the server, which is played beside it.

/// Who acts, and whose a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The person whose account it is.
    Owner,
    /// Somebody else.
    Intruder,
}

/// A rule that can be taken away: without any of them the owner loses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A new device is on probation.
    Probation,
    /// Time alone never ends that.
    NoLapse,
    /// Links that act go to the primary address alone.
    RootAlone,
    /// The former primary address takes its place back for 30 days.
    TakeBack,
    /// Meanwhile the primary address moves no further.
    OneMove,
    /// And the former one is not removed.
    FormerStays,
    /// Securing suspends.
    Suspends,
    /// It suspends a factor that is young, too.
    YoungFactor,
    /// It spoils the password.
    Spoils,
    /// It stops a change of the primary address that waits.
    Stops,
    /// Links that lock die when the account is secured.
    LinksDie,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Probation,
        Self::NoLapse,
        Self::RootAlone,
        Self::TakeBack,
        Self::OneMove,
        Self::FormerStays,
        Self::Suspends,
        Self::YoungFactor,
        Self::Spoils,
        Self::Stops,
        Self::LinksDie,
    ];
}

/// What a device counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has never signed in.
    New,
    /// As the owner's.
    Trusted,
    /// As nobody's, yet.
    Probation,
    /// As nobody's.
    Suspended,
}

/// An installation of the app.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// Who has it.
    pub of: Who,
    /// What it counts as.
    pub standing: Standing,
    /// Since when.
    pub since: i64,
    /// Whether it is signed in.
    pub session: bool,
}

/// A confirmed address.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    /// Who reads its mailbox.
    pub of: Who,
    /// Whether it waits for the review.
    pub suspended: bool,
    /// Whether it was removed.
    pub gone: bool,
    /// Whether another account has it since.
    pub taken: bool,
}

/// A passkey, an authenticator app or a set of recovery codes.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// Who has it.
    pub of: Who,
    /// When it was added.
    pub since: i64,
    /// Since when it waits for the review.
    pub suspended: Option<i64>,
    /// How often it can be used.
    pub left: u32,
}

impl Proof {
    fn is_active(&self) -> bool {
        self.suspended.is_none()
    }

    /// Whether it speaks for the owner at a reset.
    fn speaks_at_a_reset(&self) -> bool {
        self.suspended.is_none_or(|at| at - self.since >= AGED)
    }
}

/// A link in a notice, which locks.
#[derive(Clone, Debug, PartialEq)]
pub struct Lock {
    /// To which address it went.
    pub mailbox: usize,
    /// The device that it is about.
    pub about: Option<usize>,
    sent: i64,
    dead: bool,
    copied: bool,
}

/// Where a change of the primary address stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The former address is asked.
    Pending,
    /// It was made.
    Made,
    /// It was stopped or taken back.
    Over,
}

/// A change of the primary address.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// From which address.
    pub old: usize,
    /// To which.
    pub new: usize,
    /// How far it is.
    pub state: State,
    /// Whether the former address was asked.
    pub was_asked: bool,
    /// Whether it was made.
    pub was_made: bool,
    at: i64,
    copied: bool,
}

/// What somebody proves beside the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// Nothing.
    None,
    /// A code of the authenticator app.
    Code,
    /// A recovery code.
    Recovery,
    /// A passkey.
    Passkey(usize),
}

/// A thing to decide about in the review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// An address.
    Address(usize),
    /// A passkey.
    Passkey(usize),
    /// The authenticator app.
    Factor,
    /// The recovery codes.
    Codes,
}

/// What somebody does. Devices, addresses and the like are named by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Lets time pass.
    Wait(i64),
    /// Lets it pass for things, while sessions stay open.
    Age(i64),
    /// Signs in on a device; one past the last is new.
    SignIn(usize, Second),
    /// On a device, ends another one's session.
    End(usize, usize),
    /// On a device, says yes to another one.
    Approve(usize, usize),
    /// On a device, says no to another one.
    Disown(usize, usize),
    /// Has a link mailed to the primary address that approves this device, and follows it.
    ApproveByMail(usize),
    /// On a device, secures the account.
    Secure(usize),
    /// Follows a link that locks.
    Lock(usize),
    /// Takes a change of the primary address back, or stops it.
    TakeBack(usize),
    /// Consents to a change of the primary address from its former one.
    Consent(usize),
    /// On a device, adds and confirms an address that somebody reads.
    AddAddress(usize, Who),
    /// Makes another account with an address.
    Claim(usize),
    /// On a device, removes an address.
    RemoveAddress(usize, usize),
    /// On a device, makes an address the primary one.
    MakePrimary(usize, usize),
    /// On a device, adds a passkey.
    AddPasskey(usize),
    /// On a device, removes a passkey.
    RemovePasskey(usize, usize),
    /// On a device, turns two-step sign-in on.
    FactorOn(usize),
    /// On a device, turns it off.
    FactorOff(usize),
    /// On a device, makes new recovery codes.
    NewCodes(usize),
    /// On a device, changes the password.
    ChangePassword(usize),
    /// Sets a new password by a link mailed to the primary address.
    Reset(Second),
    /// On a device, keeps or removes what is suspended.
    Review(usize, Thing, bool),
}

impl Act {
    /// How long it takes.
    pub const fn minutes(self) -> i64 {
        match self {
            Self::Wait(minutes) | Self::Age(minutes) => STEP + minutes,
            _ => STEP,
        }
    }
}

/// How long each act takes: longer than a step-up counts.
const STEP: i64 = 11;
const HOUR: i64 = 60;
/// In minutes.
pub const DAY: i64 = 24 * HOUR;
const AGED: i64 = 30 * DAY;
/// What the server keeps at most of devices on probation.
const ON_PROBATION: usize = 3;

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
    without: Option<Rule>,
    /// The time.
    pub now: i64,
    /// The number of the password in use.
    pub password: usize,
    /// Whether the password opens nothing new.
    pub spoiled: bool,
    /// The passwords that the owner and the intruder know, the newest last.
    pub known: [Vec<usize>; 2],
    /// How many passwords there were.
    pub passwords: usize,
    /// The devices.
    pub devices: Vec<Device>,
    /// The addresses, those too that were removed: somebody still reads their mailboxes.
    pub addresses: Vec<Address>,
    /// The passkeys; `None` for one that was removed.
    pub passkeys: Vec<Option<Proof>>,
    /// The authenticator app.
    pub factor: Option<Proof>,
    /// The recovery codes.
    pub codes: Option<Proof>,
    /// Which address is the primary one.
    pub primary: usize,
    /// Changes of it.
    pub moves: Vec<Move>,
    /// Links that lock, as they were sent.
    pub locks: Vec<Lock>,
    reset_at: Option<i64>,
    /// Whether the intruder sits at the owner's first device and reads the first mailbox.
    pub borrowed: bool,
    /// Whether the intruder reads the owner's second mailbox.
    pub second_mailbox: bool,
}

impl Account {
    /// A new account: its owner is signed in on one device and has one address. `without` is a rule that does not hold.
    pub fn new(without: Option<Rule>) -> Self {
        Self {
            without,
            now: 0,
            password: 0,
            spoiled: false,
            known: [vec![0], Vec::new()],
            passwords: 1,
            devices: vec![Device {
                of: Who::Owner,
                standing: Standing::Trusted,
                since: 0,
                session: true,
            }],
            addresses: vec![Address {
                of: Who::Owner,
                suspended: false,
                gone: false,
                taken: false,
            }],
            passkeys: Vec::new(),
            factor: None,
            codes: None,
            primary: 0,
            moves: Vec::new(),
            locks: Vec::new(),
            reset_at: None,
            borrowed: false,
            second_mailbox: false,
        }
    }

    fn holds(&self, rule: Rule) -> bool {
        self.without != Some(rule)
    }

    /// Whether somebody sits at a device.
    pub fn uses(&self, who: Who, device: usize) -> bool {
        let of = self.devices.get(device).map(|device| device.of);
        of == Some(who) || who == Who::Intruder && self.borrowed && device == 0
    }

    /// Whether somebody reads the mailbox of an address.
    pub fn reads(&self, who: Who, address: usize) -> bool {
        self.addresses[address].of == who
            || who == Who::Intruder
                && (self.borrowed && address == 0 || self.second_mailbox && address == 1)
    }

    /// Whether somebody can open what is mailed to the primary address.
    pub fn opens(&self, who: Who) -> bool {
        if self.holds(Rule::RootAlone) {
            return self.reads(who, self.primary);
        }
        (0..self.addresses.len()).any(|address| {
            let Address {
                suspended, gone, ..
            } = self.addresses[address];
            !suspended && !gone && self.reads(who, address)
        })
    }

    /// Whether somebody has a link that locks.
    pub fn has_lock(&self, who: Who, lock: usize) -> bool {
        let Lock {
            mailbox, copied, ..
        } = self.locks[lock];
        self.reads(who, mailbox) || who == Who::Intruder && copied
    }

    /// Whether somebody has the links of a change of the primary address.
    pub fn has_links_of(&self, who: Who, change: usize) -> bool {
        self.reads(who, self.moves[change].old) || who == Who::Intruder && self.moves[change].copied
    }

    /// The intruder leaves the owner's laptop, with a copy of all links that it saw.
    pub fn give_back(&mut self) {
        self.borrowed = false;
        for lock in self.locks.iter_mut().filter(|lock| lock.mailbox == 0) {
            lock.copied = true;
        }
        for change in self.moves.iter_mut().filter(|change| change.old == 0) {
            change.copied = true;
        }
    }

    fn active_factor(&self) -> Option<&Proof> {
        self.factor.as_ref().filter(|factor| factor.is_active())
    }

    fn knows(&self, who: Who) -> bool {
        self.known[who as usize].contains(&self.password)
    }

    fn is_trusted(&self, device: usize) -> bool {
        match self.devices[device].standing {
            Standing::Trusted => true,
            Standing::Probation => !self.holds(Rule::Probation),
            Standing::New | Standing::Suspended => false,
        }
    }

    fn has_code(&self, who: Who) -> bool {
        self.active_factor().is_none_or(|factor| factor.of == who)
    }

    /// A session of a trusted device, with the password and a code where one is asked for.
    fn proves(&self, who: Who, device: usize) -> bool {
        self.devices[device].session
            && self.is_trusted(device)
            && self.knows(who)
            && self.has_code(who)
    }

    fn notice(&mut self, about: Option<usize>) {
        let (mailbox, sent) = (self.primary, self.now);
        let copied = false;
        let dead = false;
        self.locks.push(Lock {
            mailbox,
            about,
            sent,
            dead,
            copied,
        });
    }

    fn set_password(&mut self, who: Who) {
        self.password = self.passwords;
        self.passwords += 1;
        self.known[who as usize].push(self.password);
        self.spoiled = false;
        self.stop_waiting();
    }

    fn stop_waiting(&mut self) {
        for change in &mut self.moves {
            if change.state == State::Pending {
                change.state = State::Over;
            }
        }
    }

    /// The change of the primary address that can be taken back.
    fn to_be_taken_back(&self) -> Option<&Move> {
        self.moves
            .iter()
            .rfind(|change| change.state == State::Made && self.now < change.at + 30 * DAY)
    }

    fn is_to_take_back(&self, address: usize) -> bool {
        self.holds(Rule::TakeBack)
            && self
                .to_be_taken_back()
                .is_some_and(|change| change.old == address)
    }

    fn make_move(&mut self, change: usize) {
        let made = &mut self.moves[change];
        made.state = State::Made;
        made.was_made = true;
        made.at = self.now;
        self.primary = self.moves[change].new;
        self.notice(None);
    }

    /// Takes what somebody proves beside the password, where that is needed; false when it proves nothing.
    fn take(&mut self, who: Who, second: Second, reset: bool) -> bool {
        if self.active_factor().is_none() {
            return true;
        }
        let speaks = |proof: &Proof| {
            proof.of == who
                && if reset {
                    proof.speaks_at_a_reset()
                } else {
                    proof.is_active()
                }
        };
        match second {
            Second::None => false,
            Second::Code => self.has_code(who),
            Second::Passkey(passkey) => {
                let passkey = self.passkeys.get(passkey).and_then(Option::as_ref);
                passkey.is_some_and(speaks)
            }
            Second::Recovery => {
                let codes = self.codes.as_mut();
                let Some(codes) = codes.filter(|codes| codes.left > 0 && speaks(codes)) else {
                    return false;
                };
                codes.left -= 1;
                self.notice(None);
                true
            }
        }
    }

    fn sign_in(&mut self, who: Who, device: usize, second: Second) -> bool {
        let standing = self.devices.get(device).map(|device| device.standing);
        let is_known = standing == Some(Standing::Trusted);
        if !self.knows(who) || self.spoiled && !is_known {
            return false;
        }
        let vouched = self.active_factor().is_some() && matches!(second, Second::Passkey(_));
        if !self.take(who, second, false) {
            return false;
        }
        if device == self.devices.len() {
            self.devices.push(Device {
                of: who,
                standing: Standing::New,
                since: self.now,
                session: false,
            });
        }
        let now = self.now;
        let own = &mut self.devices[device];
        own.session = true;
        match own.standing {
            Standing::Trusted => {}
            _ if vouched => own.standing = Standing::Trusted,
            Standing::Probation => {}
            Standing::New | Standing::Suspended => {
                own.standing = Standing::Probation;
                own.since = now;
                self.notice(Some(device));
                self.put_out_over_the_most(device);
            }
        }
        true
    }

    fn put_out_over_the_most(&mut self, newest: usize) {
        let mut others: Vec<usize> = (0..self.devices.len())
            .filter(|other| *other != newest)
            .filter(|other| {
                let other = &self.devices[*other];
                other.standing == Standing::Probation && other.session
            })
            .collect();
        others.sort_by_key(|other| std::cmp::Reverse(self.devices[*other].since));
        for other in others.into_iter().skip(ON_PROBATION - 1) {
            self.put_out(other);
        }
    }

    fn put_out(&mut self, device: usize) {
        self.devices[device].standing = Standing::Suspended;
        self.devices[device].session = false;
    }

    fn disown(&mut self, device: usize) {
        self.put_out(device);
        self.spoiled = self.holds(Rule::Spoils);
    }

    fn secure(&mut self, acting: Option<usize>) {
        self.spoiled = self.holds(Rule::Spoils);
        if self.holds(Rule::Stops) {
            self.stop_waiting();
        }
        for lock in &mut self.locks {
            lock.dead |= self.without != Some(Rule::LinksDie);
        }
        let (now, suspends) = (self.now, self.holds(Rule::Suspends));
        for device in 0..self.devices.len() {
            if acting != Some(device) {
                self.devices[device].session = false;
                if suspends {
                    self.devices[device].standing = Standing::Suspended;
                }
            }
        }
        if !suspends {
            return self.notice(None);
        }
        for address in 0..self.addresses.len() {
            let exempt = address == self.primary || self.is_to_take_back(address);
            self.addresses[address].suspended |= !exempt && !self.addresses[address].gone;
        }
        for passkey in self.passkeys.iter_mut().flatten() {
            passkey.suspended.get_or_insert(now);
        }
        let young_too = self.holds(Rule::YoungFactor);
        if let Some(factor) = &mut self.factor
            && now - factor.since < AGED
            && young_too
        {
            factor.suspended.get_or_insert(now);
        }
        if let Some(codes) = &mut self.codes {
            codes.suspended.get_or_insert(now);
        }
        self.notice(None);
    }

    fn use_lock(&mut self, lock: usize) -> bool {
        let Lock {
            about, sent, dead, ..
        } = self.locks[lock];
        if dead || self.now >= sent + 30 * DAY {
            return false;
        }
        self.locks[lock].dead = true;
        match about.filter(|device| self.devices[*device].standing == Standing::Probation) {
            Some(device) => self.disown(device),
            None => self.secure(None),
        }
        true
    }

    fn take_back(&mut self, change: usize) -> bool {
        let Move { old, state, at, .. } = self.moves[change];
        match state {
            State::Pending if self.now < at + 3 * DAY => {}
            State::Made
                if self.holds(Rule::TakeBack)
                    && self.now < at + 30 * DAY
                    && !self.addresses[old].taken =>
            {
                self.addresses[old].gone = false;
                for later in &mut self.moves[change..] {
                    later.state = State::Over;
                }
                self.primary = old;
            }
            State::Pending | State::Made | State::Over => return false,
        }
        self.moves[change].state = State::Over;
        self.secure(None);
        true
    }

    fn consent(&mut self, change: usize) -> bool {
        let Move { new, state, at, .. } = self.moves[change];
        if state != State::Pending || self.now >= at + DAY || self.addresses[new].gone {
            return false;
        }
        self.make_move(change);
        true
    }

    fn make_primary(&mut self, address: usize) -> bool {
        let Address {
            suspended, gone, ..
        } = self.addresses[address];
        if self.primary == address {
            return true;
        }
        let after_reset = self
            .reset_at
            .is_some_and(|reset_at| self.now < reset_at + 7 * DAY);
        let moved = self.to_be_taken_back().is_some() && self.holds(Rule::OneMove);
        if gone || suspended || after_reset || moved {
            return false;
        }
        self.stop_waiting();
        let aged = self
            .active_factor()
            .is_some_and(|factor| self.now - factor.since >= AGED);
        self.moves.push(Move {
            old: self.primary,
            new: address,
            state: State::Pending,
            was_asked: !aged,
            was_made: false,
            at: self.now,
            copied: false,
        });
        if aged {
            self.make_move(self.moves.len() - 1);
        }
        true
    }

    fn remove_address(&mut self, address: usize) -> bool {
        let stays = self.is_to_take_back(address) && self.holds(Rule::FormerStays);
        if self.addresses[address].gone || address == self.primary || stays {
            return false;
        }
        for change in &mut self.moves {
            if change.state == State::Pending && change.new == address {
                change.state = State::Over;
            }
        }
        self.addresses[address].gone = true;
        self.notice(None);
        true
    }

    fn review(&mut self, thing: Thing, keep: bool) -> bool {
        match thing {
            Thing::Address(address) => {
                let held = &mut self.addresses[address];
                if !held.suspended || held.gone {
                    return false;
                }
                held.suspended = false;
                held.gone = !keep;
            }
            Thing::Passkey(passkey) => {
                let held = self.passkeys[passkey].as_mut();
                let Some(held) = held.filter(|held| !held.is_active()) else {
                    return false;
                };
                held.suspended = None;
                if !keep {
                    self.passkeys[passkey] = None;
                }
            }
            Thing::Factor => {
                let Some(factor) = self.factor.as_mut().filter(|held| !held.is_active()) else {
                    return false;
                };
                factor.suspended = None;
                if !keep {
                    self.turn_off();
                }
            }
            Thing::Codes => {
                let Some(codes) = self.codes.as_mut().filter(|held| !held.is_active()) else {
                    return false;
                };
                codes.suspended = None;
                if !keep {
                    self.codes = None;
                }
            }
        }
        true
    }

    fn turn_off(&mut self) {
        self.factor = None;
        self.codes = None;
        for passkey in &mut self.passkeys {
            *passkey = None;
        }
    }

    fn new_proof(&self, of: Who, left: u32) -> Proof {
        Proof {
            of,
            since: self.now,
            suspended: None,
            left,
        }
    }

    fn pass(&mut self, minutes: i64) {
        self.now += minutes;
        if !self.holds(Rule::NoLapse) {
            for device in &mut self.devices {
                if device.standing == Standing::Probation && self.now - device.since >= 3 * DAY {
                    device.standing = Standing::Trusted;
                }
            }
        }
    }

    /// Does what `who` does; whether it was allowed. What is not allowed changes nothing.
    pub fn perform(&mut self, who: Who, act: Act) -> bool {
        self.pass(act.minutes());
        match act {
            Act::Wait(_) | Act::Age(_) => true,
            Act::SignIn(device, second) => self.sign_in(who, device, second),
            Act::End(by, of) => {
                let may = self.devices[by].session && (by == of || self.is_trusted(by));
                if may {
                    self.devices[of].session = false;
                }
                may
            }
            Act::Disown(by, of) => {
                let may = self.devices[by].session
                    && self.is_trusted(by)
                    && self.devices[of].standing == Standing::Probation;
                if may {
                    self.disown(of);
                }
                may
            }
            Act::ApproveByMail(device) => {
                let own = &self.devices[device];
                if !own.session || own.standing != Standing::Probation || !self.opens(who) {
                    return false;
                }
                self.devices[device].standing = Standing::Trusted;
                self.notice(None);
                true
            }
            Act::Claim(address) => {
                let Address { gone, taken, .. } = self.addresses[address];
                self.addresses[address].taken |= gone;
                gone && !taken
            }
            Act::Lock(lock) => self.use_lock(lock),
            Act::TakeBack(change) => self.take_back(change),
            Act::Consent(change) => self.consent(change),
            Act::Reset(second) => {
                if !self.opens(who) || !self.take(who, second, true) {
                    return false;
                }
                self.set_password(who);
                self.reset_at = Some(self.now);
                for device in &mut self.devices {
                    device.session = false;
                }
                self.notice(None);
                true
            }
            Act::Approve(by, _)
            | Act::Secure(by)
            | Act::AddAddress(by, _)
            | Act::RemoveAddress(by, _)
            | Act::MakePrimary(by, _)
            | Act::AddPasskey(by)
            | Act::RemovePasskey(by, _)
            | Act::FactorOn(by)
            | Act::FactorOff(by)
            | Act::NewCodes(by)
            | Act::ChangePassword(by)
            | Act::Review(by, ..) => self.proves(who, by) && self.perform_proven(who, act),
        }
    }

    fn perform_proven(&mut self, who: Who, act: Act) -> bool {
        match act {
            Act::Approve(_, of) => {
                if self.devices[of].standing != Standing::Probation {
                    return false;
                }
                self.devices[of].standing = Standing::Trusted;
                self.notice(None);
                true
            }
            Act::Secure(by) => {
                self.secure(Some(by));
                true
            }
            Act::AddAddress(_, of) => {
                self.notice(None);
                self.addresses.push(Address {
                    of,
                    suspended: false,
                    gone: false,
                    taken: false,
                });
                true
            }
            Act::RemoveAddress(_, address) => self.remove_address(address),
            Act::MakePrimary(_, address) => self.make_primary(address),
            Act::AddPasskey(_) => {
                if self.active_factor().is_none() {
                    return false;
                }
                self.passkeys.push(Some(self.new_proof(who, u32::MAX)));
                self.notice(None);
                true
            }
            Act::RemovePasskey(_, passkey) => {
                let removed = self.passkeys[passkey].take().is_some();
                if removed {
                    self.notice(None);
                }
                removed
            }
            Act::FactorOn(_) => {
                if self.factor.is_some() {
                    return false;
                }
                self.factor = Some(self.new_proof(who, u32::MAX));
                self.codes = Some(self.new_proof(who, 10));
                self.notice(None);
                true
            }
            Act::FactorOff(_) => {
                if self.active_factor().is_none() {
                    return false;
                }
                self.turn_off();
                self.notice(None);
                true
            }
            Act::NewCodes(_) => {
                if self.active_factor().is_none() {
                    return false;
                }
                self.codes = Some(self.new_proof(who, 10));
                self.notice(None);
                true
            }
            Act::ChangePassword(_) => {
                self.set_password(who);
                self.notice(None);
                true
            }
            Act::Review(_, thing, keep) => self.review(thing, keep),
            _ => unreachable!("it needs no proof"),
        }
    }

    /// What is the intruder's, and has an effect.
    pub fn left_to_the_intruder(&self) -> Vec<&'static str> {
        let mut left = Vec::new();
        let theirs = |of: Who| of == Who::Intruder;
        if self.known[Who::Intruder as usize].contains(&self.password) {
            left.push("the password");
        }
        if self
            .devices
            .iter()
            .any(|device| device.session && theirs(device.of))
        {
            left.push("a session");
        }
        let active = |proof: &Proof| proof.is_active() && theirs(proof.of);
        if self.passkeys.iter().flatten().any(active) {
            left.push("a passkey");
        }
        if self.factor.as_ref().is_some_and(active) || self.codes.as_ref().is_some_and(active) {
            left.push("a factor");
        }
        let address = |held: &Address| !held.suspended && !held.gone && theirs(held.of);
        if self.addresses.iter().any(address) {
            left.push("an address");
        }
        if theirs(self.addresses[self.primary].of) {
            left.push("the primary address");
        }
        left
    }

    /// What guards the account, without what merely waits on probation.
    pub fn guards(&self) -> impl PartialEq + use<> {
        let trusted: Vec<usize> = (0..self.devices.len())
            .filter(|device| self.is_trusted(*device))
            .collect();
        (
            self.password,
            self.spoiled,
            trusted,
            self.addresses.clone(),
            self.passkeys.clone(),
            self.factor.clone(),
            self.codes.clone(),
            self.primary,
        )
    }
}
