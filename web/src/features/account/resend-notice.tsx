import { useText } from '~/lib/i18n/text';
import { Stack } from '~/ui/layout';
import { Notice } from '~/ui/states';
import { m } from './messages';
import { ResendButton } from './resend-button';

/** The password was right, the address is not confirmed: what to do, and a new mail if the first is lost. */
export function ResendNotice({ email }: { email: string }) {
  const t = useText();
  return (
    <Notice tone="warning" icon="mail">
      <Stack gap={3}>
        <p role="alert">{t(m.notVerified, { email })}</p>
        <ResendButton email={email} />
      </Stack>
    </Notice>
  );
}
