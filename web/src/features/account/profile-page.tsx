import { useQuery } from '@connectrpc/connect-query';
import { ProfileService } from '~/gen/plenary/identity/v1/profile_service_pb';
import { useText } from '~/lib/i18n/text';
import { usePageTitle } from '~/lib/page-title';
import { toProblem } from '~/lib/problem/problem';
import { Page, PageHeader, Stack } from '~/ui/layout';
import { Loading, Skeleton } from '~/ui/skeleton';
import { ErrorState } from '~/ui/states';
import { EverywhereSection } from './everywhere-section';
import { m } from './messages';
import { PasswordSection } from './password-section';
import { PictureSection } from './picture-section';
import { ProfileForm } from './profile-form';

/** Who one is here, and what one wants to hear of. */
export function ProfilePage() {
  const t = useText();
  usePageTitle(t(m.profileTitle));
  const found = useQuery(ProfileService.method.getMyProfile, {});
  const profile = found.data?.profile;
  return (
    <Page width="text">
      <PageHeader title={t(m.profileTitle)} lead={t(m.profileLead)} />
      {found.isPending && (
        <Loading>
          <Stack gap={6}>
            <Skeleton shape="block" />
            <Skeleton lines={6} />
          </Stack>
        </Loading>
      )}
      {found.isError && (
        <ErrorState problem={toProblem(found.error)} onRetry={() => void found.refetch()} />
      )}
      {profile && (
        <Stack gap={8}>
          <PictureSection profile={profile} />
          <ProfileForm profile={profile} />
          <PasswordSection email={profile.user?.email ?? ''} />
          <EverywhereSection />
        </Stack>
      )}
    </Page>
  );
}
