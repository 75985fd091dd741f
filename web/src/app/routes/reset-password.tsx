import { createLazyRoute } from '@tanstack/react-router';
import { PageSlot } from '../shell/page-slot';

export const Route = createLazyRoute('/reset-password')({
  component: () => <PageSlot title="Reset your password" />,
});
