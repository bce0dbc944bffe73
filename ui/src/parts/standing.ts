/** How well something stands. */
export type Standing = 'good' | 'warn' | 'danger' | 'calm';
