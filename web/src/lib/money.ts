import type { Money } from '~/gen/plenary/common/v1/money_pb';

/** How many minor units one unit of `currency` has, as a power of ten: 2 for EUR, 0 for JPY. */
function exponentOf(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/** "€12" or "€12.50"; undefined for nothing to pay, which is said in words. */
export function priceInWords(money: Money | undefined, formats: string): string | undefined {
  if (!money || money.amountMinor === 0n) return undefined;
  const { currencyCode: currency, amountMinor } = money;
  const exponent = exponentOf(currency);
  const whole = amountMinor % 10n ** BigInt(exponent) === 0n;
  return new Intl.NumberFormat(formats, {
    style: 'currency',
    currency,
    ...(whole ? { minimumFractionDigits: 0 } : {}),
  }).format(Number(amountMinor) / 10 ** exponent);
}
