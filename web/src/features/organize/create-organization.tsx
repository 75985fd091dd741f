import { createConnectQueryKey, useMutation } from '@connectrpc/connect-query';
import { useQueryClient } from '@tanstack/react-query';
import { OrganizationService } from '~/gen/plenary/identity/v1/organization_service_pb';
import { useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';
import { useRequestIdFor } from '~/lib/request-id';
import { useSession } from '~/lib/session/use-session';
import { Button } from '~/ui/button';
import { Card } from '~/ui/card';
import { Field } from '~/ui/field';
import { TextInput } from '~/ui/input';
import { Stack } from '~/ui/layout';
import { FormProblem } from '~/ui/states';
import { showToast } from '~/ui/toast';
import { hasLength } from './checks';
import { m } from './messages';

/** For who is in no organization yet: makes one, and an organizer of who made it. */
export function CreateOrganization() {
  const t = useText();
  const session = useSession();
  const queryClient = useQueryClient();
  const requestIdFor = useRequestIdFor();
  const create = useMutation(OrganizationService.method.createOrganization);
  const form = useForm({
    initial: { name: '' },
    draftKey: 'new-organization',
    validate: ({ name }) => (hasLength(name, 2, 80) ? {} : { name: t(m.organizationMissing) }),
    submit: async ({ name }) => {
      const command = { name: name.trim() };
      await create.mutateAsync({ ...command, requestId: requestIdFor(command) });
      // Membership is in the access token; without a new one nothing could be done with the organization.
      await session.refresh();
      await queryClient.invalidateQueries({
        queryKey: createConnectQueryKey({ schema: OrganizationService, cardinality: undefined }),
      });
      showToast(t(m.organizationCreated, { name: command.name }), { tone: 'success' });
    },
  });
  const taken = create.error && toProblem(create.error).reason === 'NAME_TAKEN';
  return (
    <Card as="section" aria-labelledby="new-organization">
      <form {...form.props}>
        <Stack gap={6}>
          <Stack gap={2}>
            <h2 id="new-organization">{t(m.organizationTitle)}</h2>
            <p>{t(m.organizationText)}</p>
          </Stack>
          <Field
            label={t(m.organizationName)}
            hint={t(m.organizationHint)}
            error={form.errors.name ?? (taken ? t(m.nameTaken) : undefined)}
          >
            <TextInput autoComplete="organization" {...form.text('name')} />
          </Field>
          <FormProblem problem={taken ? undefined : form.problem} />
          <div>
            <Button type="submit" tone="primary" busy={form.submitting}>
              {t(m.createOrganization)}
            </Button>
          </div>
        </Stack>
      </form>
    </Card>
  );
}
