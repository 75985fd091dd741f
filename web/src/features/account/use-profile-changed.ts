import { createConnectQueryKey } from '@connectrpc/connect-query';
import { useQueryClient } from '@tanstack/react-query';
import { ProfileService } from '~/gen/plenary/identity/v1/profile_service_pb';
import { useSession } from '~/lib/session/use-session';

/** To be called after each change: rereads the profile, and the session, whose name and picture the header shows. */
export function useProfileChanged(): () => Promise<void> {
  const queryClient = useQueryClient();
  const session = useSession();
  return async () => {
    const queryKey = createConnectQueryKey({
      schema: ProfileService.method.getMyProfile,
      cardinality: 'finite',
    });
    await queryClient.invalidateQueries({ queryKey });
    // The header catches up with the next renewal when this one fails.
    await session.refresh().catch(() => undefined);
  };
}
