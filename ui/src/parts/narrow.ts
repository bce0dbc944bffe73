import { MediaQuery } from 'svelte/reactivity';

/** Whether the sidebar is folded to icons, as in frame.css. What has no words then is named by its tooltip, and only then:
 * a screen reader reads a tooltip after the words that it repeats. */
export const narrow = new MediaQuery('max-width: 860px');
