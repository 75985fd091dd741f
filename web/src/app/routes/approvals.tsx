import { createLazyRoute } from '@tanstack/react-router';
import { ApprovalsPage } from '~/features/approvals/approvals-page';

export const Route = createLazyRoute('/admin/approvals')({ component: ApprovalsPage });
