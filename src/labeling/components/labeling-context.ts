import type { InferenceClient } from "@/inference/client/inference-client";
import type { Clock, IdSource } from "@/shared/lib/ports";
import type { ImageStore } from "@/shared/persistence/image-store";
import type { LabelingRepository } from "@/shared/persistence/labeling-repository";
import type { Background } from "../background/background";
import type { LabelingSearch } from "../logic/search-params";
import type { ImageSource } from "../store/image-source";
import type { ProjectHandle } from "../store/open-project";

/** What every view of the workspace gets. */
export interface WorkspaceProps {
  readonly client: InferenceClient;
  readonly repository: LabelingRepository;
  readonly stored: ImageStore;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly search: LabelingSearch;
  /** Goes to a view; the address follows, so that every view has a link. */
  readonly onNavigate: (search: LabelingSearch) => void;
}

/** What the views of one open project get besides. */
export interface ProjectViewProps extends WorkspaceProps {
  readonly handle: ProjectHandle;
  readonly images: ImageSource;
  readonly background: Background;
}
