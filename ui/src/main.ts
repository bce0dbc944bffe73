import { mount } from 'svelte';
import App from './App.svelte';
import { start } from './state/account.svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/frame.css';
import './styles/parts.css';

await start();
mount(App, { target: document.body });
