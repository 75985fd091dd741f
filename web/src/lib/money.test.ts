import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { MoneySchema } from '~/gen/plenary/common/v1/money_pb';
import { priceInWords } from './money';

const of = (currencyCode: string, amountMinor: bigint) =>
  priceInWords(create(MoneySchema, { currencyCode, amountMinor }), 'en-GB');

it('writes amounts as people do', () => {
  expect(of('EUR', 1200n)).toBe('€12');
  expect(of('EUR', 1250n)).toBe('€12.50');
  expect(of('JPY', 1200n)).toBe('JP¥1,200');
});

it('leaves nothing to pay to words', () => {
  expect(of('EUR', 0n)).toBeUndefined();
  expect(priceInWords(undefined, 'en-GB')).toBeUndefined();
});
