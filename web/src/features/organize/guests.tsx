import { createConnectQueryKey, useInfiniteQuery, useMutation } from '@connectrpc/connect-query';
import { useQueryClient } from '@tanstack/react-query';
import { AgendaService, type ListGuestsResponse } from '~/gen/plenary/events/v1/agenda_service_pb';
import { looksLikeEmail } from '~/lib/email';
import { useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { useRequestIdFor } from '~/lib/request-id';
import { Button } from '~/ui/button';
import { Field } from '~/ui/field';
import { TextArea } from '~/ui/input';
import { Stack } from '~/ui/layout';
import { Loading, Skeleton } from '~/ui/skeleton';
import { ErrorState, FormProblem, ListEnd } from '~/ui/states';
import { showToast } from '~/ui/toast';
import { m } from './editor-messages';
import { Row, Rows } from './rows';

/** "a@b.c, d@e.f" or one in each line. */
function addressesIn(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
}

/** Who may open a private event besides its team. */
export function Guests({ eventId }: { eventId: string }) {
  const t = useText();
  const queryClient = useQueryClient();
  const requestIdFor = useRequestIdFor();
  const add = useMutation(AgendaService.method.addGuests);
  const changed = () =>
    queryClient.invalidateQueries({
      queryKey: createConnectQueryKey({ schema: AgendaService, cardinality: undefined }),
    });
  const form = useForm({
    initial: { emails: '' },
    validate: ({ emails }) => {
      const addresses = addressesIn(emails);
      const wrong = addresses.find((address) => !looksLikeEmail(address));
      if (addresses.length === 0) return { emails: t(m.guestsMissing) };
      return wrong ? { emails: t(m.guestWrong, { address: wrong }) } : {};
    },
    submit: async ({ emails }) => {
      const command = { eventId, emails: addressesIn(emails) };
      const { addedCount } = await add.mutateAsync({
        ...command,
        requestId: requestIdFor(command),
      });
      form.reset({ emails: '' });
      showToast(t(m.guestsAdded, { count: addedCount }), { tone: 'success' });
      await changed();
    },
  });
  return (
    <Stack gap={4}>
      <form {...form.props}>
        <Stack gap={4}>
          <Field label={t(m.guests)} hint={t(m.guestsHint)} error={form.errors.emails}>
            <TextArea rows={3} {...form.text('emails')} />
          </Field>
          <FormProblem problem={form.problem} />
          <div>
            <Button type="submit" busy={form.submitting}>
              {t(m.addGuests)}
            </Button>
          </div>
        </Stack>
      </form>
      <GuestList eventId={eventId} onChanged={changed} />
    </Stack>
  );
}

function GuestList({ eventId, onChanged }: { eventId: string; onChanged: () => Promise<void> }) {
  const t = useText();
  const requestIdFor = useRequestIdFor();
  const remove = useMutation(AgendaService.method.removeGuest);
  const found = useInfiniteQuery(
    AgendaService.method.listGuests,
    { eventId, pageToken: '' },
    {
      pageParamKey: 'pageToken',
      getNextPageParam: (page: ListGuestsResponse) => page.nextPageToken || undefined,
    },
  );
  const emails = found.data?.pages.flatMap((page) => page.emails);
  const take = async (email: string) => {
    const command = { eventId, email };
    await remove.mutateAsync({ ...command, requestId: requestIdFor(command) });
    await onChanged();
  };
  if (!emails && found.isError) {
    return <ErrorState problem={toProblem(found.error)} onRetry={() => void found.refetch()} />;
  }
  if (!emails) {
    return (
      <Loading>
        <Skeleton lines={2} />
      </Loading>
    );
  }
  return (
    <>
      <FormProblem problem={remove.error ? toProblem(remove.error) : undefined} />
      <Rows empty={t(m.guestsEmpty)}>
        {emails.map((email) => (
          <Row
            key={email}
            title={email}
            facts={[]}
            onRemove={() => void take(email).catch(() => undefined)}
          />
        ))}
      </Rows>
      <ListEnd found={found} more={t(m.more)} />
    </>
  );
}
