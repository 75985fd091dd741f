import { parseId } from '~/lib/ids';

/** What the address of a checkout holds: the order that it goes on with; none while tickets are being chosen. */
export interface CheckoutSearch {
  order?: string;
}

export function checkoutSearch(search: Record<string, unknown>): CheckoutSearch {
  const order = typeof search.order === 'string' ? parseId('order', search.order) : undefined;
  return order ? { order } : {};
}
