import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeviceView, ProbationView } from '../../backend';
import { start } from '../../state/account.svelte';
import { announcement } from '../../state/announcement.svelte';
import { answers, asked, change, lastGiven, refuse } from '../../testing/shell';
import { readLater } from '../components';
import Devices from './Devices.svelte';

const person = userEvent.setup();
const device = (changes: Partial<DeviceView>): DeviceView => ({
  id: '1',
  name: 'ThinkPad',
  name_waiting: false,
  refused_name: null,
  name_conflict: null,
  standing: 'trusted',
  can_answer: false,
  kind: 'laptop',
  app: 'Latchkey 0.1.0',
  operating_system: 'Debian 12',
  address: '198.51.100.4',
  first_seen_at: 0,
  signed_in_at: 0,
  last_active_at: 0,
  active_now: true,
  expires_at: 0,
  this_device: true,
  new_device: false,
  ending: null,
  ...changes,
});
const waiting: ProbationView = {
  session_id: '2',
  device_name: 'iPhone',
  operating_system: 'iOS',
  address: '198.51.100.5',
  signed_in_at: 0,
};
const ending = { asked_at: 0, reason: 'ended_by_device' as const, by_device_name: 'ThinkPad', by_this_device: true };
const receipt = { destroyed_at: 0, verified: true, key_fingerprint: 'kY3x…9Qe4', signature: 'q8v2' };

// The screen that an answer leads to; reading it here is no matter of a second.
beforeAll(() => readLater());
beforeEach(() => {
  answers['devices'] = () => ({
    live: [device({}), device({ id: '2', name: 'iPhone', kind: 'phone', this_device: false })],
    ended: [
      device({ id: '3', name: 'Office desktop', this_device: false, ending: { ...ending, receipt } }),
      device({ id: '4', name: 'Forged', this_device: false, ending: { ...ending, receipt: { ...receipt, verified: false } } }),
      device({ id: '5', name: 'Old MacBook', this_device: false, ending: { ...ending, receipt: null } }),
    ],
    on_probation: [],
  });
});

describe('devices', () => {
  it('asks by name before it signs one out, with the safe button focused', async () => {
    answers['end_devices'] = () => 1;
    render(Devices);
    const row = await screen.findByRole('row', { name: 'iPhone' });
    await person.click(within(row).getByRole('button', { name: 'Sign out' }));
    const dialog = screen.getByRole('dialog', { name: 'Sign out iPhone?' });
    expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(asked.some(({ command }) => command === 'end_devices')).toBe(false);
    await person.click(within(dialog).getByRole('button', { name: 'Sign out' }));
    await vi.waitFor(() => expect(announcement.sentence).toBe('iPhone is signed out.'));
    expect(lastGiven('end_devices')).toMatchObject({ which: { scope: 'one', id: '2' } });
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('stays open and says why when there is no network', async () => {
    answers['end_devices'] = refuse('unreachable');
    render(Devices);
    await person.click(await screen.findByRole('button', { name: 'Sign out all others' }));
    const dialog = screen.getByRole('dialog', { name: 'Sign out the other device?' });
    await person.click(within(dialog).getByRole('button', { name: 'Sign out' }));
    expect((await within(dialog).findByRole('alert')).textContent).toContain('Nothing was changed');
  });

  it('tells proven, unproven and unreached endings apart', async () => {
    render(Devices);
    expect((await screen.findByRole('listitem', { name: 'Office desktop' })).textContent).toMatch(/Confirmed .*deleted/);
    expect(screen.getByRole('listitem', { name: 'Forged' }).textContent).toContain('The signature is not from this device');
    expect(screen.getByRole('listitem', { name: 'Old MacBook' }).textContent).toContain('Access ended, but the device has not connected');
  });

  it('shows a refused name in its row and edits it again', async () => {
    const refused_name = { collection: 'sessions', id: '2', field: 'device_name', value: 'x', at: 0, reason: { refusal: 'rejected' as const } };
    answers['devices'] = () => ({ live: [device({}), device({ id: '2', name: 'iPhone', this_device: false, refused_name })], ended: [], on_probation: [] });
    render(Devices);
    const row = await screen.findByRole('row', { name: 'iPhone' });
    expect(row.nextElementSibling?.textContent).toMatch(/“x” was not accepted.*The previous value is kept/s);
    await person.click(screen.getByRole('button', { name: 'Edit again' }));
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Device name' }).value).toBe('x');
  });

  it('asks about a name that two devices gave', async () => {
    const name_conflict = {
      ...{ collection: 'sessions', id: '1', field: 'device_name', mine: 'Desk', mine_at: 0, theirs: 'Table', theirs_at: 0 },
      theirs_device_name: 'iPhone',
    };
    answers['devices'] = () => ({ live: [device({ name_conflict })], ended: [], on_probation: [] });
    answers['answer_conflict'] = refuse('changed_meanwhile');
    render(Devices);
    await person.click(await screen.findByRole('button', { name: 'Keep this name' }));
    expect((await screen.findByRole('alert')).textContent).toContain('have changed in the meantime');
    expect(lastGiven('answer_conflict')).toMatchObject({ answer: { keep_mine: true, seen: { mine: 'Desk', theirs: 'Table' } } });
  });

  it('asks about a device on probation, by name', async () => {
    const phone = device({ id: '2', name: 'iPhone', this_device: false, standing: 'probation', can_answer: true });
    answers['devices'] = () => ({ live: [device({}), phone], ended: [], on_probation: [waiting] });
    answers['disown_device'] = () => 1;
    render(Devices);
    expect(await screen.findByText(/Was it you\? iPhone signed in/)).toBeTruthy();
    const row = screen.getByRole('row', { name: 'iPhone' });
    expect(row.textContent).toContain('On probation');
    await person.click(screen.getByRole('button', { name: 'It wasn’t me' }));
    const dialog = screen.getByRole('dialog', { name: 'Wasn’t you on iPhone?' });
    await person.click(within(dialog).getByRole('button', { name: 'It wasn’t me' }));
    await vi.waitFor(() => expect(announcement.sentence).toMatch(/iPhone is signed out/));
    expect(lastGiven('disown_device')).toEqual({ id: '2' });
  });

  it('secures the account when a trusted device is not the person’s', async () => {
    answers['securing'] = () => ({ devices: ['iPhone'], guards: [], email_change: null });
    answers['secure_account'] = () => 1;
    render(Devices);
    const row = await screen.findByRole('row', { name: 'iPhone' });
    expect(row.textContent).not.toContain('On probation');
    await person.click(within(row).getByRole('button', { name: 'It wasn’t me' }));
    const dialog = await screen.findByRole('dialog', { name: 'Secure your account?' });
    expect(dialog.textContent).toContain('iPhone is signed out');
    await person.click(within(dialog).getByRole('button', { name: 'Secure account' }));
    await vi.waitFor(() => expect(announcement.sentence).toMatch(/one device was signed out/));
  });

  it('says of no other device that it is active now, where that is not known', async () => {
    let state = 'up_to_date';
    Object.assign(answers, {
      sync_status: () => ({ state, waiting_changes: 0, conflicts: 0, refused: 0, current_at: 0 }),
      stage: () => ({ stage: 'first_start' }),
      preferences: () => ({ theme: 'system', language: null, stay_in_tray: false, text_size: null }),
      keyring_prompts: () => false,
    });
    await start();
    render(Devices);
    const [own, other] = [await screen.findByRole('row', { name: 'ThinkPad' }), screen.getByRole('row', { name: 'iPhone' })];
    expect(other.textContent).toContain('Active now');
    state = 'offline';
    await change('sync');
    await vi.waitFor(() => expect(other.textContent).not.toContain('Active now'));
    expect(own.textContent).toContain('Active now');
    state = 'up_to_date';
    await change('sync');
    await vi.waitFor(() => expect(other.textContent).toContain('Active now'));
  });

  it('renames in a dialog', async () => {
    answers['rename_device'] = () => null;
    render(Devices);
    const row = await screen.findByRole('row', { name: 'ThinkPad' });
    await person.click(within(row).getByRole('button', { name: 'Rename' }));
    const name = screen.getByRole('textbox', { name: 'Device name' });
    await person.clear(name);
    await person.type(name, 'Desk{Enter}');
    await vi.waitFor(() => expect(announcement.sentence).toBe('The device is now called Desk.'));
    expect(lastGiven('rename_device')).toEqual({ form: { id: '1', device_name: 'Desk', seen: 'ThinkPad' } });
  });
});
