/** What somebody new says, one after another, to come from the first word to the photo of the decision. */
export const firstTurns = ["đăng ký", "đồng ý", "0901 234 567", "HTX Trái cây Mẫu", "ấp 3 cái bè tiền giang", "đúng", "gửi sau", "Nguyễn Văn Mẫu", "làm luôn", "Mít sấy giòn Mẫu", "1"] as const;
