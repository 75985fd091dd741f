import { Code, ConnectError } from '@connectrpc/connect';
import { MutationObserver, onlineManager } from '@tanstack/react-query';
import { afterEach, expect, it } from 'vitest';
import { createQueryClient } from './query';

afterEach(() => onlineManager.setOnline(true));

it('lets a command without a network fail at once', async () => {
  onlineManager.setOnline(false);
  const command = new MutationObserver(createQueryClient(), {
    mutationFn: async () => {
      throw new ConnectError('no network', Code.Unavailable);
    },
  });
  await expect(command.mutate()).rejects.toThrow('no network');
});
