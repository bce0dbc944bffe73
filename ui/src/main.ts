import { mount } from 'svelte';
import App from './App.svelte';
import { readLater } from './screens/components';
import { start } from './state/account.svelte';
import { firstContent } from './state/live.svelte';
import { pickLanguage, readSystemLocale, setLanguage, systemLanguages } from './state/locale.svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/frame.css';
import './styles/dialogs.css';
import './styles/parts.css';
import './styles/tables.css';

async function open(): Promise<void> {
  if (navigator.userAgent.includes('Linux')) document.documentElement.dataset['system'] = 'linux';
  await readSystemLocale();
  // The system's language is read while the account is asked for its own, which then counts.
  const words = setLanguage(pickLanguage(systemLanguages()));
  // What is stored here answers within milliseconds; a keyring that is slow is no reason for an empty window.
  await Promise.race([start(), new Promise((resolve) => setTimeout(resolve, 400))]);
  await words;
  mount(App, { target: document.body });
  await firstContent;
  await readLater();
}

void open();
