// What the start does not wait for: one file of the app, read after the first content is painted or when it is needed.
export { default as activity } from './activity/Activity.svelte';
export { default as mail } from './mail/Mail.svelte';
export { default as passkeys } from './passkeys/Passkeys.svelte';
export { default as password } from './password/Password.svelte';
export { default as preferences } from './preferences/Preferences.svelte';
export { default as profile } from './profile/Profile.svelte';
export { default as review } from './review/Review.svelte';
export { default as sign_in } from './sign_in/SignInWays.svelte';
export { default as sessions } from './sessions/Devices.svelte';
export { default as Start } from './Start.svelte';
export { default as users } from './users/Users.svelte';
