// Asks for what the first screen shows while the script that shows it is still being read: each answer takes longer than
// that. What changes before the script listens, it asks for again.
const { invoke } = globalThis.__TAURI_INTERNALS__;
const early = { shownAccount: invoke('shown_account'), systemLocale: invoke('system_locale'), preferences: invoke('preferences') };
for (const [name, command] of Object.entries({ stage: 'stage', syncStatus: 'sync_status', overview: 'overview' })) {
  early[name] = early.shownAccount.then((account) => invoke(command, { whose: { account } }));
}
// Whoever takes an answer hears of a failure; nobody may be there yet.
for (const asked of Object.values(early)) asked.catch(() => {});
globalThis.early = early;
