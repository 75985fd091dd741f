import { timestampDate } from '@bufbuild/protobuf/wkt';
import { createConnectQueryKey, useMutation, useQuery } from '@connectrpc/connect-query';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Event } from '~/gen/plenary/events/v1/event_pb';
import {
  type TicketType,
  TicketTypeService,
} from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { useClock } from '~/lib/clock';
import { localeStore } from '~/lib/i18n/locale';
import { useText } from '~/lib/i18n/text';
import { priceInWords } from '~/lib/money';
import { toProblem } from '~/lib/problem/problem';
import { useRequestIdFor } from '~/lib/request-id';
import { useStore } from '~/lib/store';
import { momentInWords } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { Badge } from '~/ui/badge';
import { Button } from '~/ui/button';
import { Loading, Skeleton } from '~/ui/skeleton';
import { ErrorState, FormProblem } from '~/ui/states';
import { VisuallyHidden } from '~/ui/visually-hidden';
import { ConfirmDialog } from './confirm-dialog';
import { valuesOf } from './draft';
import { m } from './editor-messages';
import { type Movable, Row, Rows } from './rows';
import { endedNow, saleStateOf, takenOf } from './sale-window';
import { Section } from './section';
import { TicketTypeDialog } from './ticket-type-dialog';
import { usePlaces } from './use-places';
import { useTypeOrder } from './use-type-order';

/** What people can get. */
export function TicketsSection({ event, disabled }: { event: Event; disabled: boolean }) {
  const t = useText();
  const queryClient = useQueryClient();
  const found = useQuery(TicketTypeService.method.listTicketTypes, { eventId: event.id });
  const [edited, setEdited] = useState<TicketType | 'new'>();
  const [removed, setRemoved] = useState<TicketType>();
  const refresh = () =>
    queryClient.invalidateQueries({
      queryKey: createConnectQueryKey({ schema: TicketTypeService, cardinality: undefined }),
    });
  const { types, problem, move } = useTypeOrder(event.id, found.data, refresh);
  const [moved, setMoved] = useState('');
  const ids = types?.map(({ id }) => id) ?? [];
  const placeOf = usePlaces(ids, (from, to) => {
    const count = ids.length;
    setMoved(t(m.moved, { title: types?.[from]?.name ?? '', place: to + 1, count }));
    move(from, to);
  });
  return (
    <Section
      id="tickets"
      title={t(m.tickets)}
      disabled={disabled}
      action={
        <Button size="small" icon="plus" onClick={() => setEdited('new')}>
          {t(m.addTicketType)}
        </Button>
      }
    >
      {found.isPending && (
        <Loading>
          <Skeleton lines={2} />
        </Loading>
      )}
      {found.isError && !types && (
        <ErrorState problem={toProblem(found.error)} onRetry={() => void found.refetch()} />
      )}
      {types && (
        <Rows empty={t(m.ticketsEmpty)}>
          {types.map((type, at) => (
            <TypeRow
              key={type.id}
              event={event}
              type={type}
              place={!disabled && types.length > 1 ? placeOf(at) : undefined}
              onEdit={() => setEdited(type)}
              onRemove={() => setRemoved(type)}
            />
          ))}
        </Rows>
      )}
      <FormProblem problem={problem} />
      <VisuallyHidden live="polite">{moved}</VisuallyHidden>
      {edited && (
        <TicketTypeDialog
          event={event}
          type={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSaved={refresh}
        />
      )}
      {removed && (
        <RemoveDialog type={removed} onClose={() => setRemoved(undefined)} onDone={refresh} />
      )}
    </Section>
  );
}

interface RemoveDialogProps {
  type: TicketType;
  onClose: () => void;
  onDone: () => Promise<void>;
}

/** Takes a type away; one that somebody has stays, and only its sale ends. */
function RemoveDialog({ type, onClose, onDone }: RemoveDialogProps) {
  const t = useText();
  const clock = useClock();
  const requestIdFor = useRequestIdFor();
  const remove = useMutation(TicketTypeService.method.deleteTicketType);
  const update = useMutation(TicketTypeService.method.updateTicketType);
  const { id, name: title, etag } = type;
  const taken = takenOf(type);
  if (taken > 0) {
    return (
      <ConfirmDialog
        title={t(m.endSaleTitle, { title })}
        text={t(m.endSaleText, { taken })}
        action={t(m.endSaleNow)}
        onClose={onClose}
        run={async () => {
          await update.mutateAsync({
            requestId: requestIdFor({ id, etag }),
            ticketType: { id, ...endedNow(type, new Date(clock.now())) },
            updateMask: { paths: ['sale_start_time', 'sale_end_time'] },
            etag,
          });
          await onDone();
        }}
      />
    );
  }
  return (
    <ConfirmDialog
      title={t(m.removeTitle, { title })}
      text={t(m.removeText)}
      action={t(m.remove)}
      danger
      onClose={onClose}
      run={async () => {
        const command = { ticketTypeId: id };
        await remove.mutateAsync({ ...command, requestId: requestIdFor(command) });
        await onDone();
      }}
    />
  );
}

interface TypeRowProps {
  event: Event;
  type: TicketType;
  place: Movable | undefined;
  onEdit: () => void;
  onRemove: () => void;
}

function TypeRow({ event, type, place, onEdit, onRemove }: TypeRowProps) {
  const t = useText();
  const { formats } = useStore(localeStore);
  const words = useTimeWords(valuesOf(event).timeZone);
  const { name, soldCount, heldCount, capacity, saleStartTime, saleEndTime } = type;
  // To the second: the words' own now is that of the last minute, and a sale may have been ended since.
  const sale = saleStateOf(type, new Date(useClock().now()));
  const taken = takenOf(type);
  const counts = [
    priceInWords(type.price, formats) ?? t(m.free),
    t(m.sold, { sold: soldCount, capacity }),
    heldCount > 0 && t(m.held, { held: heldCount }),
  ];
  const bounds = [
    sale === 'notYet' &&
      saleStartTime &&
      t(m.saleOpens, { when: momentInWords(timestampDate(saleStartTime), words) }),
    sale !== 'over' &&
      saleEndTime &&
      t(m.saleCloses, { when: momentInWords(timestampDate(saleEndTime), words) }),
  ];
  const state =
    sale === 'over'
      ? m.saleClosed
      : taken >= capacity
        ? m.soldOut
        : sale === 'notYet' && m.saleNotYet;
  const stays = taken > 0 && sale === 'over';
  return (
    <Row
      title={name}
      facts={[
        type.description,
        counts.filter(Boolean).join(' · '),
        bounds.filter(Boolean).join(' · '),
      ]}
      extra={state && <Badge>{t(state)}</Badge>}
      place={place}
      onEdit={onEdit}
      onRemove={stays ? undefined : onRemove}
      removeLabel={taken > 0 ? t(m.endSale, { title: name }) : undefined}
    />
  );
}
