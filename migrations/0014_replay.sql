-- What was asked for and paid lately is looked back on, whatever became of it.
create index generations_by_time on generations (created_at, id);
create index contributions_decided on contributions (decided_at) where state = 'accepted';
create index contribution_reviews_by_time on contribution_reviews (reviewed_at);
create index royalty_accruals_by_time on royalty_accruals (accrued_at);
