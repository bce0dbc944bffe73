// Asks for what the first screen shows while the script that shows it is still being read: each answer takes longer than
// that. What changes before the script listens, it asks for again.
const early = { systemLocale: 'system_locale', stage: 'stage', syncStatus: 'sync_status', preferences: 'preferences', overview: 'overview' };
for (const name of Object.keys(early)) {
  early[name] = globalThis.__TAURI_INTERNALS__.invoke(early[name]);
  // Whoever takes the answer hears of it; nobody may be there yet.
  early[name].catch(() => {});
}
globalThis.early = early;
