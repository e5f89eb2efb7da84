/** Loaded programs of one model by name; a failed load is forgotten, so that it can be tried again. */
import type { LoadedModel, LoadedProgram, Program } from "../engines/engine";

export interface ProgramCache {
  load(program: Program): Promise<LoadedProgram>;
  dispose(): void;
}

export function createProgramCache(model: LoadedModel): ProgramCache {
  const programs = new Map<string, Promise<LoadedProgram>>();
  return {
    load: (program) => {
      const known = programs.get(program.name);
      if (known !== undefined) return known;
      const made = model.program(program);
      programs.set(program.name, made);
      made.catch(() => programs.delete(program.name));
      return made;
    },
    dispose: () => {
      for (const program of programs.values()) {
        void program.then((loaded) => loaded.dispose()).catch(() => undefined);
      }
      programs.clear();
    },
  };
}
