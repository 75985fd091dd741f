import { describe, expect, it } from 'vitest';
import { looksLikeEmail } from './email';

describe('what can be an email address', () => {
  it.each([
    ['ada@example.org', true],
    ['root@localhost', true],
    ['not', false],
    ['a@b', false],
    ['@example.org', false],
  ])('%s as an address: %s', (text, right) => {
    expect(looksLikeEmail(text)).toBe(right);
  });
});
