import { expect, it } from "@jest/globals";
import { readOwnerName } from "../../src/domain/owner-name.js";

it.each([
  ["HTX Trái cây Mẫu", "Hợp tác xã Trái cây Mẫu", "cooperative"],
  ["htx trai cay mau", "Hợp tác xã trai cay mau", "cooperative"],
  ["HTXNN Mẫu", "Hợp tác xã nông nghiệp Mẫu", "cooperative"],
  ["Hợp tác xã Mẫu", "Hợp tác xã Mẫu", "cooperative"],
  ["hop tac xa mau", "hop tac xa mau", "cooperative"],
  ["Liên hiệp HTX Mẫu", "Liên hiệp hợp tác xã Mẫu", "cooperative_union"],
  ["Liên hiệp hợp tác xã Mẫu", "Liên hiệp hợp tác xã Mẫu", "cooperative_union"],
  ["THT Mẫu", "Tổ hợp tác Mẫu", "cooperative_group"],
  ["Tổ hợp tác Mẫu", "Tổ hợp tác Mẫu", "cooperative_group"],
  ["HKD Nguyễn Văn Mẫu", "Hộ kinh doanh Nguyễn Văn Mẫu", "household_business"],
  ["Hộ kinh doanh Mẫu", "Hộ kinh doanh Mẫu", "household_business"],
  ["Cty TNHH Mẫu", "Công ty TNHH Mẫu", "company"],
  ["c.ty TNHH MTV Mẫu", "Công ty TNHH MTV Mẫu", "company"],
  ["Cty. Mẫu", "Công ty Mẫu", "company"],
  ["CT CP Mẫu", "Công ty cổ phần Mẫu", "company"],
  ["CTCP Mẫu", "Công ty cổ phần Mẫu", "company"],
  ["CÔNG TY TNHH MẪU", "CÔNG TY TNHH MẪU", "company"],
  ["DNTN  Mẫu", "Doanh nghiệp tư nhân Mẫu", "company"],
  ["Trang trại Mẫu", "Trang trại Mẫu", "farm"],
  ["HTX Mẫu".normalize("NFD"), "Hợp tác xã Mẫu", "cooperative"],
])("%s", (text, name, type) => {
  expect(readOwnerName(text)).toEqual({ name, type });
});

it.each(["Cơ sở Mẫu", "Mẫu HTX", "Htxyz Mẫu", "Cà phê Mẫu", "CT Mẫu", ""])("%j tells no kind and stays", (text) => {
  expect(readOwnerName(text)).toEqual({ name: text });
});
