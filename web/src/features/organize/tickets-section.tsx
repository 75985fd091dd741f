import { createConnectQueryKey, useMutation, useQuery } from '@connectrpc/connect-query';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type TicketType,
  TicketTypeService,
} from '~/gen/plenary/ticketing/v1/ticket_type_service_pb';
import { localeStore } from '~/lib/i18n/locale';
import { useText } from '~/lib/i18n/text';
import { priceInWords } from '~/lib/money';
import { toProblem } from '~/lib/problem/problem';
import { useRequestIdFor } from '~/lib/request-id';
import { useStore } from '~/lib/store';
import { Button } from '~/ui/button';
import { Loading, Skeleton } from '~/ui/skeleton';
import { ErrorState } from '~/ui/states';
import { ConfirmDialog } from './confirm-dialog';
import { m } from './editor-messages';
import { Row, Rows } from './rows';
import { Section } from './section';
import { TicketTypeDialog } from './ticket-type-dialog';

/** What people can get. */
export function TicketsSection({ eventId, disabled }: { eventId: string; disabled: boolean }) {
  const t = useText();
  const queryClient = useQueryClient();
  const found = useQuery(TicketTypeService.method.listTicketTypes, { eventId });
  const types = found.data?.ticketTypes;
  const [edited, setEdited] = useState<TicketType | 'new'>();
  const [removed, setRemoved] = useState<TicketType>();
  const requestIdFor = useRequestIdFor();
  const remove = useMutation(TicketTypeService.method.deleteTicketType);
  const refresh = () =>
    queryClient.invalidateQueries({
      queryKey: createConnectQueryKey({ schema: TicketTypeService, cardinality: undefined }),
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
          {types.map((type) => (
            <TypeRow
              key={type.id}
              type={type}
              onEdit={() => setEdited(type)}
              onRemove={() => setRemoved(type)}
            />
          ))}
        </Rows>
      )}
      {edited && (
        <TicketTypeDialog
          eventId={eventId}
          type={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSaved={refresh}
        />
      )}
      {removed && (
        <ConfirmDialog
          title={t(m.removeTitle, { title: removed.name })}
          text={t(m.removeText)}
          action={t(m.remove)}
          danger
          onClose={() => setRemoved(undefined)}
          run={async () => {
            const command = { ticketTypeId: removed.id };
            await remove.mutateAsync({ ...command, requestId: requestIdFor(command) });
            await refresh();
          }}
        />
      )}
    </Section>
  );
}

interface TypeRowProps {
  type: TicketType;
  onEdit: () => void;
  onRemove: () => void;
}

function TypeRow({ type, onEdit, onRemove }: TypeRowProps) {
  const t = useText();
  const { formats } = useStore(localeStore);
  const { name, soldCount, heldCount, capacity } = type;
  const counts = [
    priceInWords(type.price, formats) ?? t(m.free),
    t(m.sold, { sold: soldCount, capacity }),
    heldCount > 0 && t(m.held, { held: heldCount }),
  ];
  return (
    <Row
      title={name}
      facts={[type.description, counts.filter(Boolean).join(' · ')]}
      onEdit={onEdit}
      onRemove={onRemove}
    />
  );
}
