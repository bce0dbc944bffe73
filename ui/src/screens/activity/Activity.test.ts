import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ActivityEntryView, ActivityFilter } from '../../backend';
import { answers, asked, change, lastGiven } from '../../testing/shell';
import Activity from './Activity.svelte';
import { filterOf } from './filter';

const person = userEvent.setup();
const entry = (id: string, changes: Partial<ActivityEntryView> = {}): ActivityEntryView => ({
  id,
  kind: 'device_renamed',
  at: 1_000_000 * Number(id),
  device_name: 'ThinkPad',
  this_device: false,
  address: null,
  subject: `name ${id}`,
  count: 1,
  first_at: null,
  changed: [],
  ...changes,
});

beforeEach(() => {
  answers['activity_devices'] = () => ['ThinkPad', 'iPhone'];
});

/** The rows that say what happened. */
const rows = () => screen.getAllByRole('row').filter((row) => row.querySelector('[aria-expanded]'));
const subjects = () => rows().map((row) => /name \d/.exec(row.textContent ?? '')?.[0]);

describe('the activity', () => {
  it('keeps the older pages while the newest moves on', async () => {
    let newest = [entry('3'), entry('2')];
    answers['activity'] = ({ older }) => (older === null ? { entries: newest, older: 'p' } : { entries: [entry('1')], older: null });
    render(Activity);
    await person.click(await screen.findByRole('button', { name: 'Show older' }));
    await vi.waitFor(() => expect(subjects()).toEqual(['name 3', 'name 2', 'name 1']));
    newest = [entry('4'), entry('3')];
    await change('activity');
    await vi.waitFor(() => expect(subjects()).toEqual(['name 4', 'name 3', 'name 2', 'name 1']));
  });

  it('asks anew for what the person looks for, and drops a page of the question before', async () => {
    answers['activity'] = ({ filter }) => ({ entries: [(filter as unknown as ActivityFilter).device_name === null ? entry('2') : entry('1')], older: null });
    render(Activity);
    await vi.waitFor(() => expect(subjects()).toEqual(['name 2']));
    await person.selectOptions(screen.getByRole('combobox', { name: 'Device' }), 'iPhone');
    await vi.waitFor(() => expect(subjects()).toEqual(['name 1']));
    await person.selectOptions(screen.getByRole('combobox', { name: 'Category' }), 'Sign-ins');
    await person.type(screen.getByRole('searchbox', { name: 'Search' }), 'desk');
    await vi.waitFor(() => expect(lastGiven('activity')).toMatchObject({ filter: { text: 'desk', groups: ['sign_ins'], device_name: 'iPhone' } }));
    await person.keyboard('{Escape}');
    await vi.waitFor(() => expect(lastGiven('activity')).toMatchObject({ filter: { text: '', groups: [], device_name: null, from: null } }));
  });

  it('finds what is said, and not only names', async () => {
    answers['activity'] = () => ({ entries: [entry('1')], older: null });
    render(Activity);
    await person.type(await screen.findByRole('searchbox', { name: 'Search' }), 'wrong PASSWORD');
    await vi.waitFor(() =>
      expect(lastGiven('activity')).toMatchObject({ filter: { text: 'wrong PASSWORD', kinds: ['sign_in_failed', 'sign_in_stopped', 'password_refused'] } }),
    );
  });

  it('is saved as it is filtered', async () => {
    answers['activity'] = () => ({ entries: [entry('1')], older: null });
    answers['export_activity'] = () => ({ file: { name: 'latchkey-activity.csv', folder: '/downloads', already: false }, entries: 1 });
    render(Activity);
    await person.type(await screen.findByRole('searchbox', { name: 'Search' }), 'desk');
    await person.click(screen.getByRole('button', { name: 'Export' }));
    await vi.waitFor(() => expect(lastGiven('activity')).toMatchObject({ filter: { text: 'desk' } }));
    await person.click(screen.getByRole('button', { name: 'As a table (CSV)' }));
    expect(await screen.findByText('Saved as latchkey-activity.csv')).toBeTruthy();
    expect(lastGiven('export_activity')).toMatchObject({ form: { format: 'csv', filter: { text: 'desk' } } });
    expect(asked.filter(({ command }) => command === 'export_activity')).toHaveLength(1);
    // What was said stands until there is something else to say.
    answers['export_activity'] = () => ({ file: { name: 'latchkey-activity.csv', folder: '/downloads', already: true }, entries: 1 });
    await person.click(screen.getByRole('button', { name: 'As a table (CSV)' }));
    expect(await screen.findByText('Already saved as latchkey-activity.csv')).toBeTruthy();
  });

  it('looks further back where nothing fits, until something does', async () => {
    answers['activity'] = ({ older }) => {
      const page = Number(older ?? 0);
      return { entries: page === 3 ? [entry('1')] : [], older: page === 3 ? null : String(page + 1) };
    };
    render(Activity);
    await vi.waitFor(() => expect(subjects()).toEqual(['name 1']));
  });

  it('shows each day once, wherever an entry that counts repeats has moved on to', async () => {
    const at = (days: number) => days * 86_400_000_000;
    answers['activity'] = () => ({
      entries: [entry('3', { at: at(10) }), entry('2', { kind: 'sign_in_failed', count: 2, at: at(11), first_at: at(10) }), entry('1', { at: at(10) })],
      older: null,
    });
    render(Activity);
    await vi.waitFor(() => expect(screen.getAllByRole('heading', { level: 2 })).toHaveLength(2));
    expect(rows()).toHaveLength(3);
  });

  it('says which field was changed to what, and from what once it is opened', async () => {
    const changed = [
      { field: 'language', before: 'en', after: 'de' },
      { field: 'time_zone', before: 'Europe/Berlin', after: 'Europe/Paris' },
    ];
    answers['activity'] = () => ({
      entries: [
        entry('4', { kind: 'profile_changed', subject: null, changed, address: '192.0.2.7' }),
        entry('3', { kind: 'profile_changed', subject: 'Anna K' }),
        entry('2', { subject: 'Attic', changed: [{ field: 'device_name', before: 'Cellar', after: 'Attic' }] }),
        entry('1', { kind: 'profile_changed', subject: null }),
      ],
      older: null,
    });
    render(Activity);
    const several = await screen.findByText('The language was changed to Deutsch. The time zone was changed to Europe/Paris');
    expect(screen.getByText('The name was changed to “Anna K”')).toBeTruthy();
    expect(screen.getByText('“Cellar” was renamed “Attic”')).toBeTruthy();
    // From before the fields were noted.
    expect(screen.getByText('The profile was changed')).toBeTruthy();
    expect(screen.queryByRole('deletion')).toBeNull();
    await person.click(several);
    const said = (role: string) => screen.getAllByRole(role).map((part) => part.textContent?.replace(/\s+/g, ' '));
    expect(said('deletion')).toEqual(['Before: English', 'Before: Europe/Berlin']);
    expect(said('insertion')).toEqual(['Now: Deutsch', 'Now: Europe/Paris']);
    const names = screen.getAllByRole('term').map((term) => term.textContent);
    expect(names).toEqual(['Language', 'Time zone', 'Time', 'Device', 'IP address']);
  });

  it('says how often something was repeated', async () => {
    answers['activity'] = () => ({ entries: [entry('1', { kind: 'sign_in_failed', count: 3, first_at: 0 })], older: null });
    render(Activity);
    expect(await screen.findByText(/3 times since/)).toBeTruthy();
  });
});

it('counts days back from now', () => {
  expect(filterOf({ text: ' x ', group: '', device: '', days: '7' }, 10 * 86_400_000_000, ['signed_in'])).toEqual({
    groups: [],
    device_name: null,
    text: 'x',
    kinds: ['signed_in'],
    from: 3 * 86_400_000_000,
    until: null,
  });
});
