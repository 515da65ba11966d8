import type { Persona } from "../http/chat.js";

/** People to try the service as; none of them exists. */
export const personas: readonly Persona[] = [{ id: "htx-mau", name: "Nguyễn Văn Mẫu", about: "Hợp tác xã Trái cây Mẫu, Đồng Tháp: đã có trong sổ" }];
