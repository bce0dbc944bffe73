import { render, screen } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { SignInPoint } from '../../backend';
import SignInTimeline from './SignInTimeline.svelte';

describe('the timeline of sign-ins', () => {
  it('keeps two devices of one name apart, and one device of two names together', () => {
    const at = Date.now() * 1000;
    const point = (device_id: string, device_name: string): SignInPoint => ({ at, device_id, device_name, new_device: false });
    render(SignInTimeline, { points: [point('1', 'Laptop'), point('2', 'Laptop'), point('3', 'Old'), point('3', 'New')] });
    const names = screen.getAllByRole('listitem').map((row) => row.querySelector('.timeline-name')?.textContent);
    expect(names).toEqual(['New', 'Laptop', 'Laptop']);
  });
});
