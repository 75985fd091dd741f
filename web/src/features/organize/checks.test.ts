import { describe, expect, it } from 'vitest';
import { wholeNumber } from './checks';

describe('what is checked before a server is asked', () => {
  it('a number is whole and within its bounds', () => {
    expect(wholeNumber(' 7 ', 1, 10)).toBe(7);
    for (const wrong of ['', '0', '11', '1.5', '1e1', 'x'])
      expect(wholeNumber(wrong, 1, 10)).toBeUndefined();
  });
});
