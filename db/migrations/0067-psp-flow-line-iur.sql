-- verify: SELECT iur FROM psp_flow_line FORCE INDEX (iur) WHERE 0
ALTER TABLE psp_flow_line DROP KEY payment, ADD KEY iur (iur);
