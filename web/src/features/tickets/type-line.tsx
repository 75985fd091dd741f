import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { ReactNode } from 'react';
import type { Money } from '~/gen/plenary/common/v1/money_pb';
import { Availability, type TicketType } from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { localeStore } from '~/lib/i18n/locale';
import { useText } from '~/lib/i18n/text';
import { priceInWords } from '~/lib/money';
import { useStore } from '~/lib/store';
import { momentInWords } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Badge } from '~/ui/badge';
import { m } from './messages';
import styles from './type-line.module.css';

/** `usePrice()(type.price)`: "€12", or "Free". */
export function usePrice(): (price: Money | undefined) => string {
  const t = useText();
  const { formats } = useStore(localeStore);
  return (price) => priceInWords(price, formats) ?? t(m.free);
}

/** A kind of ticket: its name, its price, and why it cannot be had when it cannot. */
export function TypeLine({ type, children }: { type: TicketType; children?: ReactNode }) {
  const price = usePrice();
  return (
    <div className={styles.line}>
      <div className={styles.words}>
        <p className={styles.name}>{type.name}</p>
        {type.description && <p className={styles.description}>{type.description}</p>}
        <p className={styles.facts}>
          <span>{price(type.price)}</span>
          <AvailabilityMark type={type} />
        </p>
      </div>
      {children}
    </div>
  );
}

function AvailabilityMark({ type }: { type: TicketType }) {
  const t = useText();
  const words = useTimeWords();
  switch (type.availability) {
    case Availability.FEW_LEFT:
      return <Badge tone="warning">{t(m.left, { count: type.remainingCount })}</Badge>;
    case Availability.SOLD_OUT:
      return <Badge>{t(m.soldOut)}</Badge>;
    case Availability.CLOSED:
      return <Badge>{t(m.closed)}</Badge>;
    case Availability.NOT_YET:
      return (
        <Badge>
          {type.saleStartTime
            ? t(m.notYet, { when: momentInWords(timestampDate(type.saleStartTime), words) })
            : t(m.notYetSoon)}
        </Badge>
      );
    default:
      return null;
  }
}
