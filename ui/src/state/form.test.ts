import { describe, expect, it } from 'vitest';
import { Form } from './form.svelte';

describe('a form while a sync arrives', () => {
  it('follows in the fields nobody touched and keeps what was typed', () => {
    const form = new Form({ display_name: 'Anna', language: 'en' });
    form.values.display_name = 'Anna K.';
    form.arrive({ display_name: 'Anja', language: 'de' });
    expect(form.values).toEqual({ display_name: 'Anna K.', language: 'de' });
    expect(form.changedFields).toEqual(['display_name']);
  });

  it('has nothing to save once the same value came from elsewhere', () => {
    const form = new Form({ display_name: 'Anna' });
    form.values.display_name = 'Anja';
    form.arrive({ display_name: 'Anja' });
    expect(form.changed).toBe(false);
  });

  it('remembers what the person saw when they began to type', () => {
    const form = new Form({ display_name: 'Anna', language: 'en' });
    form.values.display_name = 'Anna K.';
    form.arrive({ display_name: 'Anja', language: 'de' });
    form.arrive({ display_name: 'Anja B.', language: 'de' });
    expect(form.seen).toEqual({ display_name: 'Anna', language: 'de' });
    form.discard();
    expect(form.seen.display_name).toBe('Anja B.');
  });

  it('discards to the newest value, not to the one it began with', () => {
    const form = new Form({ display_name: 'Anna' });
    form.values.display_name = 'typed';
    form.arrive({ display_name: 'Anja' });
    form.discard();
    expect(form.values.display_name).toBe('Anja');
  });
});

describe('sending a form', () => {
  const element = document.createElement('form');

  it('keeps as changed what was typed while it was on its way', async () => {
    const form = new Form({ display_name: 'Anna' });
    form.values.display_name = 'first';
    const sent = form.submit(element, async () => {
      form.values.display_name = 'second';
      return { ok: true, value: null };
    });
    await sent;
    expect(form.changedFields).toEqual(['display_name']);
    form.discard();
    expect(form.values.display_name).toBe('first');
  });

  it('does not take a field for changed that a sync renewed on the way', async () => {
    const form = new Form({ display_name: 'Anna', language: 'en' });
    form.values.display_name = 'Anja';
    await form.submit(element, async () => {
      form.arrive({ display_name: 'Anja', language: 'de' });
      return { ok: true, value: null };
    });
    expect(form.changed).toBe(false);
    expect(form.values.language).toBe('de');
  });

  it('sends once when it is submitted twice', async () => {
    const form = new Form({ display_name: 'Anna' });
    let times = 0;
    const send = async () => {
      times += 1;
      return { ok: true as const, value: null };
    };
    await Promise.all([form.submit(element, send), form.submit(element, send)]);
    expect(times).toBe(1);
  });

  it('focuses the wrong field anew, so that what is wrong with it is read out', async () => {
    const form = new Form({ display_name: '' });
    const field = document.createElement('input');
    field.setAttribute('aria-invalid', 'true');
    const around = document.createElement('form');
    around.append(field);
    document.body.append(around);
    field.focus();
    let focused = 0;
    field.addEventListener('focus', () => (focused += 1));
    const failure = {
      code: 'invalid_fields' as const,
      fields: [{ field: 'display_name', code: 'required' as const }],
      retry_after_seconds: null,
      server: null,
      certificate: null,
      quota: null, folder: null,
    };
    await form.submit(around, async () => ({ ok: false, failure }));
    expect(focused).toBe(1);
    expect(document.activeElement).toBe(field);
    around.remove();
  });

  it('says as a whole what names no field of its own', async () => {
    const form = new Form({ display_name: 'Anna' });
    const failure = { code: 'unreachable' as const, fields: [], retry_after_seconds: null, server: null, certificate: null, quota: null, folder: null };
    await form.submit(element, async () => ({ ok: false, failure }));
    expect(form.failure?.code).toBe('unreachable');
  });
});
