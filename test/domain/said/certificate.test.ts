import { describe, expect, it } from "@jest/globals";
import { parseCertificate } from "../../../src/domain/said/certificate.js";

const today = "2026-11-23";

describe("a certificate in a caption", () => {
  const whole = { certificateNumber: "FSMS-0426", issuer: "Trung tâm Chứng nhận Mẫu", expiresOn: "2028-06-30" };
  it.each([
    ["FSMS-0426, Trung tâm Chứng nhận Mẫu, het han 30/6/2028"],
    ["hết hạn 30/6/2028, FSMS-0426, Trung tâm Chứng nhận Mẫu"],
    ["số FSMS-0426 nơi cấp Trung tâm Chứng nhận Mẫu hạn đến 30-6-2028"],
    ["nơi cấp: Trung tâm Chứng nhận Mẫu, số: FSMS-0426, hạn: 30 tháng 6 năm 2028"],
    ["ISO 22000:2018 số FSMS-0426 do Trung tâm Chứng nhận Mẫu cấp ngày 1/7/2025, có giá trị đến 30/6/2028"],
    ["giá trị đến ngày 30/06/2028; số giấy FSMS-0426; đơn vị chứng nhận: Trung tâm Chứng nhận Mẫu"],
    ["FSMS-0426\nTrung tâm Chứng nhận Mẫu\n06/2028"],
    ["FSMS-0426, Trung tâm Chứng nhận Mẫu, cấp 7/2025, hết hạn tháng 6/2028"],
    ["no. FSMS-0426, issued by Trung tâm Chứng nhận Mẫu, expires 2028-06-30".normalize("NFD")],
  ])("%s", (text) => {
    expect(parseCertificate(text, { today })).toEqual(whole);
  });

  it.each([
    ["số ABC/123 cấp bởi Quacert hạn 2028-06-30", { certificateNumber: "ABC/123", issuer: "Quacert", expiresOn: "2028-06-30" }],
    ["FSMS 0426 Quacert 30/6/2028", { certificateNumber: "FSMS 0426", issuer: "Quacert", expiresOn: "2028-06-30" }],
    ["HACCP, VN-1234, TQC, 30-6-2028", { certificateNumber: "VN-1234", issuer: "TQC", expiresOn: "2028-06-30" }],
    ["hạn 06/2028, số 12/2025/ATTP-GCN, Sở Y tế Mẫu", { certificateNumber: "12/2025/ATTP-GCN", issuer: "Sở Y tế Mẫu", expiresOn: "2028-06-30" }],
    ["số 12/05/2025/ATTP, 30/6/2028", { certificateNumber: "12/05/2025/ATTP", expiresOn: "2028-06-30" }],
    ["VN-15/3, Trung tâm Chứng nhận 30/6/2028", { certificateNumber: "VN-15/3", issuer: "Trung tâm Chứng nhận", expiresOn: "2028-06-30" }],
    ["số 15/3, nơi cấp Quacert", { certificateNumber: "15/3", issuer: "Quacert" }],
    ["Quacert, hạn 30/6", { issuer: "Quacert" }],
    ["nơi cấp: Quacert, số: 12.345", { certificateNumber: "12.345", issuer: "Quacert" }],
    ["han den 30/06/2028", { expiresOn: "2028-06-30" }],
    ["30/6/2028", { expiresOn: "2028-06-30" }],
    ["02/2028", { expiresOn: "2028-02-29" }],
    ["cấp ngày 1/7/2025", {}],
    ["31/02/2028", { noSuchDay: { day: 31, month: 2 } }],
    ["FSMS-0426", { certificateNumber: "FSMS-0426" }],
    ["Trung tâm Chứng nhận Mẫu", { issuer: "Trung tâm Chứng nhận Mẫu" }],
    ["giấy ISO 22000", {}],
    ["khong biet", {}],
    ["", {}],
  ])("%s says only that much", (text, said) => {
    expect(parseCertificate(text, { today })).toEqual(said);
  });

  it.each([
    ["1234", "certificateNumber", { certificateNumber: "1234" }],
    ["VN 1234", "certificateNumber", { certificateNumber: "VN 1234" }],
    ["Quacert", "issuer", { issuer: "Quacert" }],
    ["do Quacert cấp", "issuer", { issuer: "Quacert" }],
    ["Chi cục Quản lý chất lượng 2", "issuer", { issuer: "Chi cục Quản lý chất lượng 2" }],
    ["30/6/2028", "expiresOn", { expiresOn: "2028-06-30" }],
    ["het han 6/2028", "expiresOn", { expiresOn: "2028-06-30" }],
    ["30/6", "expiresOn", {}],
  ] as const)("%s, asked for %s", (text, asking, said) => {
    expect(parseCertificate(text, { today, asking })).toEqual(said);
  });

  it("keeps sixty signs of a number and 120 of an issuer", () => {
    const said = parseCertificate(`số A${"1".repeat(80)}, nơi cấp Trung tâm ${"Mẫu ".repeat(34)}`, { today });
    expect(said.certificateNumber).toHaveLength(60);
    expect(said.issuer?.length).toBeLessThanOrEqual(120);
    expect(said.issuer).toMatch(/^Trung tâm Mẫu/);
  });
});
