-- A row that was marked as deleted may be un-marked when its link has ended long ago: it is found by its id.
create index link_ended_a on link (pipeline_id, a_id) where state = 'deleted';
create index link_ended_b on link (pipeline_id, b_id) where state = 'deleted';
