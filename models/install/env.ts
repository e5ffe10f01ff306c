import { z } from 'zod';

const schema = z.object({
  /** Folder or https address of model files that are in no registry. */
  WUMA_MODEL_SOURCE: z.string().min(1).optional(),
});

/** The installer's settings from the environment. */
export function readInstallEnv(): { readonly modelSource: string | undefined } {
  return { modelSource: schema.parse(process.env).WUMA_MODEL_SOURCE };
}
